-- 2026-11-21: sync, drafting and the inbox at full strength.
-- What a column means stands in schema.sql.

