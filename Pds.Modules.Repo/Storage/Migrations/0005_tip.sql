-- A commit replaces the nodes on the way to its record, and the next commit replaces most of those. So the newest nodes of a
-- repository lie together in one row, which a commit rewrites without touching an index (HOT); a node that has not been replaced
-- by the time its place is needed settles in a row of its own.

ALTER TABLE repo.node RENAME TO settled_node;

-- nodes: for each, its revision (8 bytes), its CID (36), the length of its bytes (4), its bytes; numbers big-endian.
CREATE TABLE repo.tip (
    repo_id bigint PRIMARY KEY,
    nodes   bytea NOT NULL
) WITH (fillfactor = 50, toast_tuple_target = 8160, autovacuum_vacuum_scale_factor = 0.05);

ALTER TABLE repo.tip ALTER nodes SET STORAGE EXTERNAL;

CREATE FUNCTION repo.tip_nodes(nodes bytea) RETURNS TABLE (cid bytea, rev bigint, bytes bytea)
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE ROWS 6 AS $$
DECLARE
    start integer := 1;
    size integer;
BEGIN
    WHILE start < length(nodes) LOOP
        rev := ('x' || encode(substr(nodes, start, 8), 'hex'))::bit(64)::bigint;
        cid := substr(nodes, start + 8, 36);
        size := ('x' || encode(substr(nodes, start + 44, 4), 'hex'))::bit(32)::integer;
        bytes := substr(nodes, start + 48, size);
        start := start + 48 + size;
        RETURN NEXT;
    END LOOP;
END $$;

-- All nodes of every repository's current tree, wherever they lie. A server of the version before reads and writes them here.
CREATE VIEW repo.node AS
    SELECT repo_id, cid, rev, bytes FROM repo.settled_node
    UNION ALL
    SELECT tip.repo_id, node.cid, node.rev, node.bytes FROM repo.tip, repo.tip_nodes(tip.nodes) AS node;

CREATE FUNCTION repo.change_node() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        DELETE FROM repo.settled_node WHERE repo_id = OLD.repo_id AND cid = OLD.cid;
        IF NOT FOUND THEN
            UPDATE repo.tip SET nodes = (
                SELECT coalesce(string_agg(int8send(rev) || cid || int4send(length(bytes)) || bytes, ''), '')
                FROM repo.tip_nodes(tip.nodes) WHERE cid <> OLD.cid)
            WHERE repo_id = OLD.repo_id;
        END IF;
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    INSERT INTO repo.settled_node (repo_id, cid, rev, bytes) VALUES (NEW.repo_id, NEW.cid, NEW.rev, NEW.bytes);
    RETURN NEW;
END $$;

CREATE TRIGGER change_node INSTEAD OF INSERT OR UPDATE OR DELETE ON repo.node
    FOR EACH ROW EXECUTE FUNCTION repo.change_node();
