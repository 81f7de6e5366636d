-- The plan cache, for a server without Query Store: what has run since each plan was made, and is still remembered.
-- Run it in the database that is migrated, after days that are like others: a restart empties the cache.
-- Rights: VIEW SERVER STATE (2022 and later: VIEW SERVER PERFORMANCE STATE).
-- Reads only. Durations and CPU are in microseconds, reads in pages of 8 KB, times in UTC.
-- Save the result with its headings as CSV (quoted), JSON or XML; `ombudsman workload analyze FILE` reads them all.
SELECT
  s.query_hash,
  OBJECT_SCHEMA_NAME(t.objectid, t.dbid) AS object_schema,
  OBJECT_NAME(t.objectid, t.dbid) AS object_name,
  s.execution_count,
  s.total_elapsed_time,
  s.total_worker_time,
  s.total_logical_reads,
  s.min_rows,
  s.max_rows,
  s.creation_time,
  s.last_execution_time,
  SUBSTRING(
    t.text,
    s.statement_start_offset / 2 + 1,
    (CASE WHEN s.statement_end_offset = -1 THEN DATALENGTH(t.text) ELSE s.statement_end_offset END
      - s.statement_start_offset) / 2 + 1) AS statement_text,
  TRY_CONVERT(nvarchar(max), p.query_plan) AS query_plan_xml
FROM sys.dm_exec_query_stats AS s
CROSS APPLY sys.dm_exec_sql_text(s.sql_handle) AS t
CROSS APPLY sys.dm_exec_text_query_plan(s.plan_handle, s.statement_start_offset, s.statement_end_offset) AS p
WHERE (t.dbid = DB_ID() OR t.dbid IS NULL)
  AND s.last_execution_time >= DATEADD(day, -{days}, GETDATE())
  AND t.text NOT LIKE N'%dm_exec_query_stats%'
ORDER BY s.execution_count DESC
