"""The words by which a column's name says what it holds, in the languages that schemas are written in."""

from ombudsman.relationships.key_words import words_of_text as _words
from ombudsman.relationships.proposal import Names

AUDIT_VERBS = _words("""
    create created creation modified modification updated update changed inserted insert edited edit deleted loaded
    load imported ingested crt upd ins chg lst archived entered etl dwh dw stg sys audit touched erstellt angelegt
    geaendert geändert aktualisiert oluşturma oluşturan oluşturulma olusturma güncelleme guncelleme güncelleyen
    değiştirme degistirme kaydeden yükleme créé modifié creado modificado 创建 修改 更新 加载
""")
AUDIT_ENDS = _words("""
    at on by date time datetime user usr timestamp ts dt dttm tm tmst utc when process job batch am von tarihi tarih
    kullanici kullanıcı fecha 时间 日期 人
""")
SYSTEMS = _words("etl dwh dw stg sys load audit")
"""Of the verbs those that are none, and may be part of the name of a table that is referred to."""

AUDIT_NAMES = _words("""
    rowversion rowguid rowhash hashdiff createdat createdby updatedat updatedby modifiedby modifiedon
    modifieddate createddate loaddate loadts lastmodified lastupdate lastupdated lastchanged lasteditedby ctime
    mtime batchid kayıttarihi kayittarihi 创建时间 修改时间 更新时间 创建人
""")
AUDIT_PAIRS: tuple[Names, ...] = (
    *(("row", "version"), ("row", "guid"), ("row", "hash"), ("hash", "diff"), ("batch", "id")),
    *(("record", "source"), ("last", "update"), ("last", "modified"), ("last", "changed")),
    *(("source", "system"), ("load", "id"), ("job", "id"), ("run", "id"), ("last", "edited")),
)

KEYS_OF_TRADE: tuple[Names, ...] = (
    ("alternate", "key"),
    ("business", "key"),
    ("natural", "key"),
    ("bk",),
    ("nk",),
)
"""How a warehouse calls the key that a row had where it came from."""

FLAG_FIRSTS = _words("is has can was allow allows should needs ist hat 是否")
WHETHER = "是否"
"""Written together with what follows."""

FLAG_WORDS = _words(
    "flag flg indicator ind yn bool active enabled discontinued deleted aktiv aktif geloescht gelöscht"
)

DATE_WORDS = _words("date datum tarih tarihi fecha dt dttm timestamp datetime 日期 时间")

CUT_DATES = ("dt", "date", "datum")
"""Heard at the end of a longer word where the column is a whole number: `INVDT`. Many an old system has no dates."""

TEXT_WORDS = _words("""
    comment comments note notes remark remarks description desc descr text body message memo details narrative
    summary abstract bemerkung beschreibung kommentar açıklama aciklama not notlar commentaire descripcion
    comentario txt rmk zweck verwendungszweck 备注 描述 说明 注释 info
""")

ATTRIBUTE_WORDS = _words("""
    name fname lname surname address city town county country street zip postal postcode phone fax mobile email
    mail url title login path file latitude longitude birthday carrier manager contact extension label caption
    ort strasse straße plz telefon adresse stadt land anschrift isim adı soyadı şehir ilçe ülke adres telefonu
    姓名 名称 地址 城市 电话 国家 邮箱
""")

TRADE_NUMBERS = _words("barcode barkod ean upc gtin isbn iban")
"""Numbers that others gave."""

NUMBER_WORDS = TRADE_NUMBERS | _words("""
    number num nbr no nr nummer numara numarası numarasi numero número 号 编号 番号
""")
"""A text that is called so names one thing, and groups none."""

DESCRIPTION_WORDS = _words("description desc descr beschreibung descripcion")

PLACE_WORDS = _words("room oda zimmer raum house hausnummer floor flat door bed")
"""What has a number of its own that is not a row's."""

REASON_WORDS = _words("reason rsn grund neden nedeni")
"""One of few where it is short, and prose where it may be long."""

POSTAL_WORDS = _words("postal post zip postcode postleitzahl plz posta 邮编")
STATE_WORDS = _words("state st region province kanton bundesland il 省")
CITY_WORDS = _words("city zip country county postal ort stadt plz şehir 城市")

CODE_WORDS = _words("""
    category cat channel class code cd color colour condition currency gender sex kind language lang method mode
    priority reason segment size status state stage tier type typ band group grp level rating salutation frequency
    freq birim einheit locale zone timezone platform browser os source medium anrede stufe courtesy purpose shift
    container unit units terms potential marital kategorie klasse art farbe geschlecht waehrung währung sprache
    durum tür türü cinsiyet renk tip tipi turu durumu cinsi kategori role 状态 类型 类别 性别 等级
""")

ADDED_WORDS = _words("""
    amount amt balance bal budget charge cost credit debit discount expense fee freight gross income loss margin net
    payment paid premium price profit refund refunded revenue royalty salary sale sales subtotal tax total turnover
    value wage cash charge advance bytes count employees estimate hand hours items milliseconds minutes days weeks
    months years mins secs sec kb mb gb tb dakika saniye population hrs dur pieces pages point points qty quantity
    seconds space stock target units volume weight sqft ft area length width cents pence feet foot grams kilograms
    metres meters miles limit zahl height depth distance duration onhand menge betrag preis summe umsatz kosten
    rabatt steuer anzahl sayısı sayisi ücret ücreti ucret ucreti seats capacity kapasite kilometer kilometre miktar
    miktarı miktari tutar tutarı tutari fiyat fiyati fiyatı toplam vergi adet indirim 金额 数量 价格 总计 单价 折扣 税
""")
"""Words of numbers that are added up, or averaged."""

CUT_AMOUNTS = ("qty", "amt", "bal", "cnt", "pct", "prc")
"""Heard at the end of a longer word, short as they are: `availqty`."""

RATIO_WORDS = _words("""
    price rate ratio percent percentage pct share discount per avg average mean score fiyat fiyatı preis oran
    oranı orani fiyati quote 单价 价格 比率 折扣
""")
"""Of measures whose sum says nothing."""

STOCK_WORDS = _words("""
    balance bal stock hand inventory headcount employees onhand salary wage level capacity saldo bestand bakiye
    stok 余额 库存
""")
"""Of measures that hold at a moment: they add up over everything but time."""

LEVEL_OF = _words("stock reorder order safety target min max minimum maximum fill fuel water")
"""A level of these is how much; any other is how deep or how high."""

CALENDAR_WORDS = _words(
    "day dow dom week month moy quarter qoy year fy jahr monat tag woche yıl ay gün 年 月 日"
)
"""Of the following: a number with a fraction is none of these, but an amount of one (`SalesLastYear`)."""

NUMBERED_WORDS = _words("""
    latitude longitude age birth day dow dom factor fy hour index lat lng lon line lower lowest minute moy
    month no number ordinal position quarter qoy rank scale second seq sequence sort upper version week year
    offset jahr monat tag woche nummer yıl ay gün sıra 年 月 日 序号
""")
"""Numbers that say which, when or where, and not how much."""
