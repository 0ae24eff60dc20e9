-- What accounts have set up for their apps: one row for each account, its preferences in their order.

CREATE SCHEMA IF NOT EXISTS proxy;

CREATE TABLE proxy.preference (
    did   text COLLATE "C" PRIMARY KEY,
    items jsonb NOT NULL
);
