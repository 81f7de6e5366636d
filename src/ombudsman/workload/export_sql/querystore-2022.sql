-- Query Store of SQL Server 2022 and later: run it in the database that is migrated.
-- Rights: VIEW DATABASE PERFORMANCE STATE in that database.
-- Executions on readable secondaries are counted too; a plan that only dispatches to its variants is not, they are.
-- Reads only. Durations and CPU are in microseconds, reads in pages of 8 KB, times in UTC.
-- Save the result with its headings as CSV (quoted), JSON or XML; `ombudsman workload analyze FILE` reads them all.
WITH runs AS (
  SELECT
    r.plan_id,
    SUM(r.count_executions) AS executions,
    SUM(CASE WHEN r.execution_type = 0 THEN r.count_executions ELSE 0 END) AS ok_executions,
    SUM(r.count_executions * r.avg_duration) AS total_duration_us,
    SUM(r.count_executions * r.avg_cpu_time) AS total_cpu_us,
    SUM(r.count_executions * r.avg_logical_io_reads) AS total_reads_8k,
    MIN(r.min_rowcount) AS min_rows,
    MAX(r.max_rowcount) AS max_rows,
    COUNT(DISTINCT CONVERT(date, i.start_time)) AS active_days,
    MIN(r.first_execution_time) AS first_seen,
    MAX(r.last_execution_time) AS last_seen
  FROM sys.query_store_runtime_stats AS r
  JOIN sys.query_store_runtime_stats_interval AS i ON i.runtime_stats_interval_id = r.runtime_stats_interval_id
  WHERE i.start_time >= DATEADD(day, -{days}, SYSUTCDATETIME())
  GROUP BY r.plan_id
)
SELECT
  q.query_id,
  q.query_hash,
  q.query_parameterization_type_desc,
  OBJECT_SCHEMA_NAME(q.object_id) AS object_schema,
  OBJECT_NAME(q.object_id) AS object_name,
  c.date_first,
  SCHEMA_NAME(c.default_schema_id) AS default_schema,
  t.is_part_of_encrypted_module,
  t.has_restricted_text,
  p.plan_id,
  p.compatibility_level,
  runs.executions,
  runs.ok_executions,
  runs.total_duration_us,
  runs.total_cpu_us,
  runs.total_reads_8k,
  runs.min_rows,
  runs.max_rows,
  runs.active_days,
  runs.first_seen,
  runs.last_seen,
  t.query_sql_text,
  TRY_CONVERT(nvarchar(max), p.query_plan) AS query_plan_xml
FROM runs
JOIN sys.query_store_plan AS p ON p.plan_id = runs.plan_id
JOIN sys.query_store_query AS q ON q.query_id = p.query_id
JOIN sys.query_store_query_text AS t ON t.query_text_id = q.query_text_id
JOIN sys.query_context_settings AS c ON c.context_settings_id = q.context_settings_id
WHERE q.is_internal_query = 0
  AND p.plan_type <> 1
  AND t.query_sql_text NOT LIKE N'%sys.query_store%'
ORDER BY runs.executions DESC
