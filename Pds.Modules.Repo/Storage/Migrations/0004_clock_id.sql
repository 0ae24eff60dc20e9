-- Tells the clocks of replicas apart: each server takes the next of the 1024 numbers that a TID has room for when it starts, so
-- that no two that run at a time make the same TID in the same microsecond.
CREATE SEQUENCE repo.clock_id MINVALUE 0 MAXVALUE 1023 CYCLE;
