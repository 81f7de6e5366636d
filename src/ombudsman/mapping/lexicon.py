"""Which words of business data mean the same, and how are they shortened?

General words alone: what an order, an account or an address is called in any company. A group of synonyms is written
as one line; a word may stand in several.
"""

from collections import defaultdict
from collections.abc import Mapping
from itertools import permutations

from ombudsman.mapping.stems import stem


def _lines(text: str) -> list[list[str]]:
    return [[stem(word) for word in line.split()] for line in text.strip().splitlines()]


_ABBREVIATIONS = """
    account acct acc acnt
    actual act
    address addr adr addrs
    amount amt amnt
    approved appr
    average avg
    balance bal
    batch btch
    begin beg bgn
    birth brth bth
    branch br brn
    business bus biz
    calendar cal
    category cat ctg ctgry cate
    channel chnl chan
    character char chr
    city cty
    code cd cde
    color clr
    company co cmp comp cmpny
    country ctry cntry cty
    contact cntct cont
    contract ctr cntr contr
    cost cst
    count cnt ct
    created crt crtd cre
    credit cr crd
    currency ccy cur curr crncy
    current curr cur crnt
    customer cust cst cstmr cus
    daily dly
    date dt dte
    day dy
    debit dr dbt
    default dflt def
    department dept dep dpt
    description desc descr dsc dscr
    destination dest
    detail dtl det
    deviation dev
    dimension dim
    discount disc dsc dscnt
    district dist
    division div
    document doc
    effective eff efct
    employee emp empl ee
    end nd
    error err
    estimate est
    exchange exch xchg fx
    expense exp
    expiry exp expr
    external ext
    fact fct
    first fst frst
    fiscal fisc fsc fy
    flag flg fl ind
    foreign fgn frgn
    frequency freq
    gender gndr gen
    general gen gnrl
    group grp
    height ht hgt
    history hist hst
    holiday hol
    hour hr
    identifier id ident idn
    image img
    indicator ind indic
    information info inf
    insert ins
    internal int intl
    international intl
    inventory inv invtry
    invoice inv invc
    item itm
    key ky
    language lang lng
    last lst
    latitude lat
    length len lgth
    level lvl lev
    limit lmt lim
    location loc locn
    longitude lon lng long
    maximum max
    manager mgr mngr mgmt
    manufacturer mfr mfg manuf
    market mkt mrkt
    material mat matl
    medium med
    member mbr mem
    message msg
    method mthd meth
    middle mid
    minimum min
    minute min
    modified mod modif
    month mth mon mnth mo
    name nm nme
    number no nbr num nr nmbr
    object obj
    office ofc off
    operation op oper
    order ord ordr
    organization org orgn
    original orig
    package pkg pack
    parameter param parm
    parent par prnt
    partner prtnr ptnr
    password pwd passwd pw
    payment pmt pymt pay
    percent pct perc prc
    period per prd
    person pers prsn
    phone ph phn tel
    picture pic pict
    point pt pnt
    policy pol plcy
    position pos posn
    postal post pstl
    previous prev prv
    price prc pr prce
    primary pri prim
    priority prio pri
    product prod prd prdct
    profit prft
    project proj prj
    promotion promo prom
    province prov
    purchase purch pur po
    quantity qty qnty quant
    quarter qtr qrtr
    rate rt
    reason rsn reas
    received recd rcvd rec
    record rec rcd
    reference ref
    region reg rgn
    relation rel
    report rpt rep
    representative rep
    request req rqst
    required req reqd
    revenue rev
    salary sal
    sale sls sl
    schedule sched sch
    second sec
    section sect sec
    segment seg sgmt
    sequence seq
    serial ser srl
    service svc srv serv
    shipment shpmt shp ship
    shipped shp shpd
    short shrt
    source src
    standard std stnd
    start strt st
    state st sta
    statistic stat
    status sts stat stts
    street str st
    subject subj
    supplier supp sup splr suppl
    surrogate sk
    system sys
    target tgt trg
    telephone tel phone
    temporary temp tmp
    territory terr ter
    text txt
    time tm tme
    timestamp ts tstmp tmstmp
    title ttl
    total tot ttl
    transaction trx txn trans tran trn
    transfer xfer trf
    type typ tp
    unit unt un
    update upd updt
    user usr
    utilization util
    valid vld
    value val vl
    variance var
    vendor vend vndr vnd
    version ver vers vsn
    volume vol
    warehouse wh whs whse
    week wk
    weight wt wgt
    year yr
    zone zn
"""
"""The whole word, then how it is shortened."""

_SYNONYMS = """
    active enabled
    address location
    amount sum value total
    approved authorized
    area zone region territory district
    article item product
    balance saldo
    bank institution
    begin start from
    bill invoice
    birth born
    body content text
    branch office store
    building premise
    buy purchase
    buyer purchaser customer
    car vehicle
    card plastic
    cargo freight
    cancelled voided
    category class group type kind
    change modification
    changed modified updated
    charge fee
    chief head manager boss
    city town municipality
    claim demand
    client customer consumer
    closed ended finished
    code identifier number key id
    comment note remark annotation
    company firm enterprise organization corporation business
    completed finished done
    contract agreement
    cost expense price
    country nation land
    county district
    course class
    created inserted added entered
    creation insertion
    currency money
    customer client
    date day
    dealer retailer reseller
    delivery shipment shipping dispatch
    deleted removed
    department division unit section
    deposit prepayment
    description text detail explanation
    discount rebate reduction
    doctor physician
    document file paper
    due payable
    duration length
    earning income
    employee worker staff personnel
    employer company
    end finish stop to thru until
    error fault failure
    event incident
    expiry expiration end
    family last
    first given
    fiscal financial
    flag indicator marker switch
    freight carriage
    gender sex
    goods merchandise
    group team
    height tall
    hire join recruit employment
    history log archive
    holder owner
    home house
    identifier key code
    image picture photo
    income revenue turnover
    industry sector
    inventory stock
    job position occupation role
    journey trip
    language tongue
    last family sur
    length long
    level grade rank tier
    line detail item row position
    link url web
    list listing
    loan credit
    location place site
    mail email
    maker manufacturer producer
    manager supervisor superior
    margin markup
    mark grade score
    medium format
    member subscriber
    middle second
    mobile cell
    model type
    month period
    mother maternal
    name title label designation
    net clean
    notes comment remark
    number count quantity
    occupation profession
    opened started
    order purchase sale
    origin source
    owner proprietor
    page site
    parent superior
    part component piece
    partner associate
    passenger traveller
    password secret
    patient client
    pay salary wage remuneration compensation
    payment remittance
    payee recipient
    percent ratio share rate
    person individual people contact
    phone telephone
    picture image photo
    plan schedule
    policy contract
    position job title rank
    postal zip post
    postcode zip
    previous prior former
    price cost rate
    priority urgency importance
    product item good article
    profit gain margin
    project undertaking
    promotion campaign offer
    province state
    purchase procurement acquisition
    quantity count volume number unit
    quote offer quotation
    rate ratio
    reason cause
    receiver recipient consignee
    received arrived
    region area territory
    reorder replenishment
    report statement
    reports supervisor
    required needed requested
    return refund
    room chamber
    sale order revenue
    school college
    seller vendor merchant
    sender shipper
    shipped dispatched sent delivered
    shipper carrier forwarder
    size dimension
    start begin
    state province
    status state condition
    store shop outlet
    street road
    student pupil
    subject topic
    supplier vendor provider
    surname last
    symbol sign
    tax vat duty
    teacher instructor
    team crew
    ticket case
    time hour
    title caption heading
    total overall gross
    transaction operation
    type kind sort category class
    unit piece
    updated revised
    user account login
    valid effective
    vehicle automobile
    volume capacity
    warehouse depot storage
    warranty guarantee
    week period
    weight mass
    worker laborer
    year annual
"""
"""Words of which one may stand where the other stood."""

_SAME = """
    email mail
    fax telefax
    phone telephone
    zip postcode
    organisation organization
    colour color
    centre center
    catalogue catalog
    licence license
    cheque check
    programme program
    identifier id
"""
"""Spellings of one word."""

LAYERS = frozenset(
    """
    stg stage staging dim dimension fact fct tbl table tb dwh dw ods raw src lnd landing vw view lkp lookup edw mart
    dm cur curated core base int intermediate bronze silver gold hub sat lnk bridge brg mst master ref
    """.split()  # noqa: SIM905  reads as a line
)
"""What stands before or after a table's name to say which layer or kind it is of: it may come and go."""

STAGING = frozenset("stg stage staging raw lnd landing src tmp temp bak backup".split())  # noqa: SIM905
"""Of two tables that answer equally well, the one with such a word is the less likely."""


def _pairs(text: str) -> Mapping[str, frozenset[str]]:
    found: defaultdict[str, set[str]] = defaultdict(set)
    for group in _lines(text):
        for one, other in permutations(group, 2):
            found[one].add(other)
    return {word: frozenset(others) for word, others in found.items()}


def _expansions() -> Mapping[str, frozenset[str]]:
    found: defaultdict[str, set[str]] = defaultdict(set)
    for whole, *short in _lines(_ABBREVIATIONS):
        for each in short:
            found[each].add(whole)
    for group in _lines(_SAME):
        for one, other in permutations(group, 2):
            found[one].add(other)
    return {short: frozenset(words) for short, words in found.items()}


EXPANSIONS: Mapping[str, frozenset[str]] = _expansions()
"""What a shortened word may stand for, and other spellings of a word."""

SYNONYMS: Mapping[str, frozenset[str]] = _pairs(_SYNONYMS)
"""The words that may stand for a word, by it."""

KNOWN_WORDS = frozenset(
    word for text in (_ABBREVIATIONS, _SYNONYMS, _SAME) for group in _lines(text) for word in group
)
"""All words that stand here, for finding them in names whose words are run together."""
