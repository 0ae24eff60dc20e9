// Measures the reference PDS and this server one after the other on this machine, with the same load, and prints both.
//   node run.mjs [--quick] [--only REGEX] [--out PREFIX] [--published] [any other option of bench/run.mjs]
// Needs Node 20, a C++ compiler for the reference's SQLite, PostgreSQL and the .NET SDK. Everything that is installed goes
// to $PEER_WORK (default: peer-work in the system's temporary folder).
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { setTimeout as sleep } from 'node:timers/promises'

const here = path.dirname(fileURLToPath(import.meta.url))
const root = path.resolve(here, '..', '..')
const work = path.resolve(process.env.PEER_WORK || path.join(os.tmpdir(), 'peer-work'))
const args = process.argv.slice(2)
const at = args.indexOf('--out')
const out = path.resolve(at < 0 ? path.join(work, 'side-by-side') : args.splice(at, 2)[1])

async function started(child, file) {
  for (let i = 0; i < 1200; i++) {
    if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}`)
    if (fs.existsSync(file)) return
    await sleep(250)
  }
  throw new Error(`no ${file} after five minutes`)
}

// What the Postgres beneath this server does alone: one small insert a transaction, 32 clients.
function pgbench(data) {
  const folder = path.join(data, 'postgres')
  const cluster = path.join(folder, fs.readdirSync(folder).find((name) => /^pg\d+$/.test(name)))
  const [, , , port, socket] = fs.readFileSync(path.join(cluster, 'postmaster.pid'), 'utf8').split('\n')
  const env = {
    ...process.env, PGHOST: path.resolve(cluster, socket), PGPORT: port, PGUSER: 'pds', PGDATABASE: 'pgbench',
    PGPASSWORD: fs.readFileSync(path.join(folder, 'postgres-password'), 'utf8'),
  }
  const run = (program, ...programArgs) => execFileSync(program, programArgs, { env, stdio: ['ignore', 'pipe', 'ignore'] }).toString()
  run('psql', '-d', 'postgres', '-c', 'create database pgbench')
  run('psql', '-c', 'create table t (id bigserial primary key, did text, body text)')
  const script = path.join(data, 'insert.sql')
  fs.writeFileSync(script, "insert into t (did, body) values ('did-plc-aaaaaaaaaaaaaaaaaaaaaaaa', repeat(md5(random()::text), 15));\n")
  const report = run('pgbench', '-n', '-M', 'prepared', '-f', script, '-c', '32', '-j', '1', '-T', '6')
  run('psql', '-d', 'postgres', '-c', 'drop database pgbench')
  return Number(/tps = ([\d.]+)/.exec(report)[1])
}

async function measure(name, file, command, commandArgs, env, after) {
  fs.rmSync(file, { force: true })
  const log = fs.openSync(path.join(work, `${name}.log`), 'w')
  const child = spawn(command, commandArgs, { cwd: root, env: { ...process.env, ...env }, stdio: ['ignore', log, log] })
  try {
    await started(child, file)
    const bench = spawnSync(process.execPath, [path.join(here, 'bench', 'run.mjs'), '--target', file, '--out', `${out}-${name}`, ...args],
      { stdio: ['ignore', 'ignore', 'inherit'] })
    if (bench.status !== 0) console.error(`${name}: some lines failed`)
    after?.()
  } finally {
    child.kill('SIGTERM')
    if (child.exitCode === null) await new Promise((done) => child.once('exit', done))
  }
}

fs.mkdirSync(work, { recursive: true })

// As it is deployed: compiled ahead of time. Where the AppHost looks for the others, when it is run from there.
// --published takes what the last run published.
const isPublished = args.includes('--published')
if (isPublished) args.splice(args.indexOf('--published'), 1)
const published = path.join('bin', 'Published', 'net10.0')
for (const project of isPublished ? [] : ['Pds.AppHost', 'Pds.DevPlc', 'Pds.Web'])
  execFileSync('dotnet', ['publish', '-c', 'Release', '--ucr', '--no-self-contained', '--disable-build-servers', '-v', 'q', '-nologo', '-o', path.join(root, project, published), path.join(root, project)],
    { stdio: 'inherit', env: { ...process.env, UseAspire: 'false' } })
const data = path.join(work, 'pds')
fs.rmSync(data, { recursive: true, force: true })

// Both have the same AppView: a program that answers anything with the same two kilobytes, as fast as it can.
const appView = spawn(process.execPath, [path.join(here, 'bench', 'appview.mjs')], { stdio: ['ignore', 'pipe', 'inherit'] })
const appViewPort = await new Promise((done) => appView.stdout.once('data', (port) => done(Number(port))))
process.env.PDS_BSKY_APP_VIEW_URL = `http://127.0.0.1:${appViewPort}`
process.env.PDS_BSKY_APP_VIEW_DID = 'did:web:appview.test'

let share = ''
await measure('reference', path.join(work, 'reference', 'run.json'), process.execPath, [path.join(here, 'reference', 'start.mjs')], { PEER_WORK: work })
await measure('pds', path.join(data, 'run.json'), path.join(root, 'Pds.AppHost', published, 'Pds.AppHost'), [],
  { ASPNETCORE_ENVIRONMENT: 'Production', ASPIRE_MANAGED_PATH: 'none', PDS_DATA_DIRECTORY: data, PDS_RATE_LIMITS_ENABLED: 'false', Logging__LogLevel__Default: 'Warning' },
  () => {
    const line = JSON.parse(fs.readFileSync(`${out}-pds.json`, 'utf8')).rows.find((row) => row.id === 'createRecord-32')
    if (!line) return
    const rate = pgbench(data)
    share = `pgbench, 32 clients: ${Math.round(rate)}/s; createRecord, 32 clients: ${Math.round(line.opsPerSec)}/s, ${Math.round(100 * line.opsPerSec / rate)} %\n`
  })
appView.kill('SIGTERM')

const table = execFileSync(process.execPath, [path.join(here, 'bench', 'report.mjs'), `${out}-reference.json`, `${out}-pds.json`]).toString()
fs.writeFileSync(`${out}.md`, `${table}\n${share}`)
console.log(`${table}\n${share}`)
