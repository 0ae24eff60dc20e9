// Measures the reference PDS and this server in turn on this machine, line by line, with the same load, and prints both.
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

// Starts a server and waits for its run.json.
async function start(name, file, command, commandArgs, env) {
  fs.rmSync(file, { force: true })
  const log = fs.openSync(path.join(work, `${name}.log`), 'w')
  const child = spawn(command, commandArgs, { cwd: root, env: { ...process.env, ...env }, stdio: ['ignore', log, log] })
  running.push(child)
  for (let i = 0; i < 1200; i++) {
    if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}`)
    if (fs.existsSync(file)) return
    await sleep(250)
  }
  throw new Error(`no ${file} after five minutes`)
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
const running = [appView]
const appViewPort = await new Promise((done) => appView.stdout.once('data', (port) => done(Number(port))))
process.env.PDS_BSKY_APP_VIEW_URL = `http://127.0.0.1:${appViewPort}`
process.env.PDS_BSKY_APP_VIEW_DID = 'did:web:appview.test'

const files = { reference: path.join(work, 'reference', 'run.json'), pds: path.join(data, 'run.json') }
try {
  await start('reference', files.reference, process.execPath, [path.join(here, 'reference', 'start.mjs')], { PEER_WORK: work })
  await start('pds', files.pds, path.join(root, 'Pds.AppHost', published, 'Pds.AppHost'), [],
    { ASPNETCORE_ENVIRONMENT: 'Production', ASPIRE_MANAGED_PATH: 'none', PDS_DATA_DIRECTORY: data, PDS_RATE_LIMITS_ENABLED: 'false', Logging__LogLevel__Default: 'Warning' })
  const hasPgbench = spawnSync('pgbench', ['--version']).status === 0
  if (!hasPgbench) console.error('without pgbench on the path, its share is left out')
  const bench = spawnSync(process.execPath,
    [path.join(here, 'bench', 'run.mjs'), '--target', files.reference, '--target', files.pds, ...(hasPgbench ? ['--pgbench', data] : []), '--out', out, ...args],
    { stdio: ['ignore', 'ignore', 'inherit'] })
  if (bench.status !== 0) console.error('some lines failed')
} finally {
  for (const child of running) {
    child.kill('SIGTERM')
    if (child.exitCode === null) await new Promise((done) => child.once('exit', done))
  }
}

const writes = JSON.parse(fs.readFileSync(`${out}-pds.json`, 'utf8')).rows.find((row) => row.inserts)
if (writes) {
  const rate = writes.inserts.reduce((sum, x) => sum + x, 0) / writes.inserts.length
  fs.appendFileSync(`${out}.md`,
    `\npgbench, 32 clients: ${Math.round(rate)}/s; createRecord, 32 clients: ${Math.round(writes.opsPerSec)}/s, ${Math.round(100 * writes.opsPerSec / rate)} %\n`)
}
console.log(fs.readFileSync(`${out}.md`, 'utf8'))
