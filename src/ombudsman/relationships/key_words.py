"""The words that say *key*, *this one's superior* and *a person*, in the languages that schemas are written in.

They are words of the trade, and of no database. Where a language writes ä or ı, the spelling without is here too.
"""


def words_of_text(text: str) -> frozenset[str]:
    """The words of a list that is written as a text."""
    return frozenset(text.split())


KEY_WORDS = words_of_text("""
    id key sk pk fk bk nk code cd no nr num nbr number guid uuid uid oid ref identifier ident idx
    nummer kennung kuerzel kürzel schluessel schlüssel kod kodu kimlik numara numarasi numarası numero codigo código
    clave identifiant 编号 号 号码 代码 主键 标识 番号 コード ключ код номер
""")
"""The last word of a column that names a row."""

SURE_KEY_WORDS = words_of_text("id key sk pk fk bk nk guid uuid uid oid")
"""Those that say so in any table."""

ABOVE = (
    *(
        ("parent",),
        ("predecessor",),
        ("previous",),
        ("root",),
        ("uebergeordnet",),
        ("übergeordnet",),
    ),
    *(("eltern",), ("ust",), ("üst",), ("padre",), ("上级",), ("父",), ("父级",)),
)
"""What a row calls another row of its own table."""

SUPERIOR = (
    *(("manager",), ("mgr",), ("supervisor",), ("boss",), ("superior",), ("reports", "to")),
    *(("report", "to"), ("managed", "by"), ("supervised", "by"), ("vorgesetzter",), ("yonetici",)),
    *(("yönetici",), ("jefe",), ("经理",)),
)
"""What a person calls another person of its own table."""

PERSON_ROLES = words_of_text("""
    agent approver assignee author boss buyer cashier clerk coach commenter contact creator dispatcher editor
    examiner followee follower inspector instructor invitee inviter issuer manager mentor mgr moderator operator
    owner packer picker planner rep reporter representative requester reviewer salesperson salesrep seller sender
    submitter supervisor tagger teacher technician trainer uploader voter besitzer bearbeiter betreuer erfasser
    ersteller leiter melder pruefer prüfer sachbearbeiter verkaeufer verkäufer sorumlu sahibi 负责人 经理
""")
"""What a person does, as the last telling word of a column."""

PEOPLE = words_of_text("""
    employee emp person people staff user usr worker contact member personnel account_user mitarbeiter benutzer
    personal calisan çalışan personel kullanici kullanıcı empleado usuario 员工 用户 人员 社員
""")
"""What tables of people are called."""

PERSONS = words_of_text("""
    person persons people individual individuals personen kisi kişi kisiler kişiler persona personas 人员
""")
"""What tables of people of any kind are called."""

WORKERS = words_of_text("""
    employee emp staff worker personnel mitarbeiter personal calisan çalışan personel empleado 员工 社員
""")
"""What tables of people at work are called: they do what a database tells of."""

PEOPLES_THINGS = words_of_text("""
    credential credentials email emails login logins passwd password passwords kennwort passwort parola şifre sifre
""")
"""What people have, and no companies, as a table's name says."""

PASSWORDS = words_of_text("password passwd pwd kennwort passwort parola şifre sifre 密码")
"""Who has one logs in: a table of such columns is of people, whatever it is called."""

TYPE_WORDS = words_of_text("type typ kind class model tip tipi tür tur türü turu art 类型")
"""The last word of the column that says to which of several tables the one beside it refers."""

BRIDGE_WORDS = words_of_text("bridge brg xref map")
"""What tables are called that join many with many: nothing refers to a pair of theirs."""

PARTS = words_of_text("""
    product products item items part parts material materials article articles artikel produkt produkte ürün ürünler
    urun urunler malzeme
""")
"""What tables are called of things that are made of one another."""

PART_ROLES = words_of_text("""
    accessory alternative assembly component ingredient replacement subassembly substitute komponente baugruppe
    ersatzteil bileşen bilesen
""")
"""What such a thing is to another one."""

DECORATIONS = words_of_text(
    "dim dimension fact facts fct tbl tb stg dw dwh edw ods mst master lkp lookup lu header headers hdr"
)
"""Words of a table's name that do not say what its rows are."""

CLASSIFIERS = words_of_text(
    "type types kind kinds class classes category categories group groups status statuses"
)
"""The table of `package types` is meant by `PackageID`."""

DEPENDENTS = words_of_text("""
    return returns detail details line lines item items row rows adjustment refund payment shipment status history
    note notes info ext extension extra profile address position positionen detay satir satır 明细
""")
"""Words with which the name of a dependent table goes on: `OrderLines` of `Orders`."""

ASSOCIATIONS = words_of_text("""
    allocation assignment attendee booking enrollment enrolment member membership participant participation
    registration reservation subscription zuordnung anmeldung mitgliedschaft buchung atama kayıt kayit üyelik uyelik
""")
"""What tables are called whose rows are that one thing belongs to another: such a pair is referred to."""

COPIES = words_of_text("""
    hist history archive archived arch log audit bak backup old tmp temp copy snapshot deleted staging historie
    verlauf gecmis geçmiş yedek 历史 备份
""")
"""Tables of such names keep copies of others' rows: nothing refers to them."""

CALENDAR = words_of_text(
    "date dates time times calendar day days datum kalender takvim tarih fecha 日期 时间"
)

AMOUNT_WORDS = words_of_text("""
    amount amt average avg balance count cost days discount height hours length level limit max maximum min minimum
    minutes months number of pages pct percent points price qty quantity rate score size sum total units value
    volume weeks weight width years menge betrag anzahl preis summe miktar tutar adet fiyat toplam 数量 金额 价格
""")
"""Words with which a number is counted or measured: it names no row of a table by that table's name."""
