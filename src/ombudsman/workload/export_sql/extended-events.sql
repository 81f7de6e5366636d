-- Extended Events, for a server without Query Store: every statement of the time in which the session ran.
-- Rights: ALTER ANY EVENT SESSION to make the session, VIEW SERVER STATE to read it.
-- First let an administrator run the session for as long as is typical, and stop it again:
--   CREATE EVENT SESSION ombudsman_workload ON SERVER
--     ADD EVENT sqlserver.rpc_completed (WHERE sqlserver.database_name = N'YourDatabase'),
--     ADD EVENT sqlserver.sql_batch_completed (WHERE sqlserver.database_name = N'YourDatabase')
--     ADD TARGET package0.event_file (SET filename = N'ombudsman_workload', max_file_size = 512, max_rollover_files = 8)
--     WITH (EVENT_RETENTION_MODE = ALLOW_SINGLE_EVENT_LOSS, TRACK_CAUSALITY = OFF);
--   ALTER EVENT SESSION ombudsman_workload ON SERVER STATE = START;
--   ALTER EVENT SESSION ombudsman_workload ON SERVER STATE = STOP;
-- Reads only. Durations and CPU are in microseconds, reads in pages of 8 KB, times in UTC.
-- Save the result with its headings as CSV (quoted), JSON or XML; `ombudsman workload analyze FILE` reads them all.
SELECT
  e.x.value('(/event/@timestamp)[1]', 'datetime2(3)') AS [timestamp],
  e.x.value('(/event/data[@name="duration"]/value)[1]', 'bigint') AS duration,
  e.x.value('(/event/data[@name="cpu_time"]/value)[1]', 'bigint') AS cpu_time,
  e.x.value('(/event/data[@name="logical_reads"]/value)[1]', 'bigint') AS logical_reads,
  e.x.value('(/event/data[@name="row_count"]/value)[1]', 'bigint') AS row_count,
  COALESCE(
    e.x.value('(/event/data[@name="batch_text"]/value)[1]', 'nvarchar(max)'),
    e.x.value('(/event/data[@name="statement"]/value)[1]', 'nvarchar(max)')) AS statement
FROM sys.fn_xe_file_target_read_file(N'ombudsman_workload*.xel', NULL, NULL, NULL) AS f
CROSS APPLY (SELECT CAST(f.event_data AS xml) AS x) AS e
WHERE f.timestamp_utc >= DATEADD(day, -{days}, SYSUTCDATETIME())
