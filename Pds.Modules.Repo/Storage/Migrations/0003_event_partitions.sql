-- The event log in partitions by number, so that what is old goes by dropping a table: no rows to delete, none to vacuum.
-- Partitions are made well ahead of the newest event; there is no default one, which would have to be searched at every attach.

ALTER TABLE repo.event RENAME TO event_0;
ALTER TABLE repo.event_0 RENAME CONSTRAINT event_pkey TO event_0_pkey;
ALTER INDEX repo.event_repo RENAME TO event_0_repo_id_idx;

CREATE TABLE repo.event (
    seq     bigint NOT NULL,
    repo_id bigint NOT NULL,
    time    timestamptz NOT NULL,
    kind    smallint NOT NULL,
    seq_at  integer NOT NULL,
    body    bytea NOT NULL,
    PRIMARY KEY (seq)
) PARTITION BY RANGE (seq);

ALTER TABLE repo.event ALTER body SET STORAGE EXTERNAL;
CREATE INDEX event_repo ON repo.event (repo_id);

-- Attaching takes a lock that appends do not wait for, which CREATE TABLE ... PARTITION OF would not.
CREATE FUNCTION repo.add_event_partition(first bigint, past bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    name text := 'event_' || first;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('repo.event', 0));
    IF to_regclass('repo.' || name) IS NULL THEN
        EXECUTE format(
            'CREATE TABLE repo.%I (LIKE repo.event INCLUDING STORAGE) WITH (toast_tuple_target = 8160)', name);
        EXECUTE format('ALTER TABLE repo.event ATTACH PARTITION repo.%I FOR VALUES FROM (%s) TO (%s)', name, first, past);
    END IF;
END $$;

DO $$
DECLARE
    width constant bigint := 20000;
    past bigint := (1 + greatest((SELECT max(seq) FROM repo.event_0), (SELECT floor FROM repo.sequencer)) / width) * width;
BEGIN
    EXECUTE format('ALTER TABLE repo.event ATTACH PARTITION repo.event_0 FOR VALUES FROM (0) TO (%s)', past);
    FOR i IN 0..9 LOOP
        PERFORM repo.add_event_partition(past + i * width, past + (i + 1) * width);
    END LOOP;
END $$;
