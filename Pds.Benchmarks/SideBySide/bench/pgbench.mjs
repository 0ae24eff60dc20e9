// What the Postgres beneath this server does alone: one small insert a transaction, 32 clients.
import fs from 'node:fs'
import path from 'node:path'
import { execFileSync } from 'node:child_process'

// Transactions a second. `data` is the folder of a server that the local orchestrator has started.
export function insertRate(data) {
  const folder = path.join(data, 'postgres')
  const cluster = path.join(folder, fs.readdirSync(folder).find((name) => /^pg\d+$/.test(name)))
  const [, , , port, socket] = fs.readFileSync(path.join(cluster, 'postmaster.pid'), 'utf8').split('\n')
  const env = {
    ...process.env, PGHOST: path.resolve(cluster, socket), PGPORT: port, PGUSER: 'pds', PGDATABASE: 'pgbench',
    PGPASSWORD: fs.readFileSync(path.join(folder, 'postgres-password'), 'utf8'),
  }
  const run = (program, ...args) => execFileSync(program, args, { env, stdio: ['ignore', 'pipe', 'ignore'] }).toString()
  run('psql', '-d', 'postgres', '-c', 'create database pgbench')
  try {
    run('psql', '-c', 'create table t (id bigserial primary key, did text, body text)')
    const script = path.join(data, 'insert.sql')
    fs.writeFileSync(script, "insert into t (did, body) values ('did-plc-aaaaaaaaaaaaaaaaaaaaaaaa', repeat(md5(random()::text), 15));\n")
    const report = run('pgbench', '-n', '-M', 'prepared', '-f', script, '-c', '32', '-j', '1', '-T', '6')
    return Number(/tps = ([\d.]+)/.exec(report)[1])
  } finally {
    run('psql', '-d', 'postgres', '-c', 'drop database pgbench')
  }
}
