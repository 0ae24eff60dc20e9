// How long an operator's server is away while it becomes this one: fills a reference server, stops it, and takes its folder over.
//   node takeover.mjs "Host=…;Database=an empty one;…" [ACCOUNTS] [POSTS]
// Needs what run.mjs needs. Each account has a password, POSTS posts, and a blob of 20 kB in one of them.
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { randomBytes } from 'node:crypto'
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { setTimeout as sleep } from 'node:timers/promises'

const here = path.dirname(fileURLToPath(import.meta.url))
const root = path.resolve(here, '..', '..')
const work = path.resolve(process.env.PEER_WORK || path.join(os.tmpdir(), 'peer-work'))
const [database, accounts = '1000', posts = '50'] = process.argv.slice(2)

const settings = {
  PDS_HOSTNAME: 'localhost', PDS_DEV_MODE: 'true', PDS_ADMIN_PASSWORD: 'bench-admin', PDS_DPOP_SECRET: randomBytes(32).toString('hex'),
  PDS_JWT_SECRET: randomBytes(16).toString('hex'), PDS_PLC_ROTATION_KEY_K256_PRIVATE_KEY_HEX: randomBytes(32).toString('hex'),
}
// Both servers look at the first bytes to know what a blob is.
const pngStart = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')

const file = path.join(work, 'reference', 'run.json')
fs.rmSync(file, { force: true })
const reference = spawn(process.execPath, [path.join(here, 'reference', 'start.mjs')],
  { env: { ...process.env, ...settings, PEER_WORK: work, PEER_KEEP: '1' }, stdio: ['ignore', 'ignore', 'inherit'] })
while (!fs.existsSync(file)) await sleep(200)
const { url, dataDir, plcUrl } = JSON.parse(fs.readFileSync(file, 'utf8'))

async function call(method, token, type, body) {
  const answer = await fetch(`${url}/xrpc/${method}`,
    { method: 'POST', headers: { 'content-type': type, ...(token ? { authorization: `Bearer ${token}` } : {}) }, body })
  if (!answer.ok) throw new Error(`${method}: ${answer.status} ${await answer.text()}`)
  return answer.json()
}

async function fill(i) {
  const json = (method, token, input) => call(method, token, 'application/json', JSON.stringify(input))
  const { did, accessJwt } = await json('com.atproto.server.createAccount', null,
    { handle: `taken${i}.test`, email: `t${i}@mail.test`, password: `a password of ${i}` })
  const { blob } = await call('com.atproto.repo.uploadBlob', accessJwt, 'image/png', Buffer.concat([pngStart, randomBytes(20_000)]))
  const post = (n) => ({
    $type: 'app.bsky.feed.post', text: `post ${n}`, createdAt: '2024-01-01T00:00:00.000Z',
    ...(n ? {} : { embed: { $type: 'app.bsky.embed.images', images: [{ alt: '', image: blob }] } }),
  })
  const writes = Array.from({ length: Number(posts) },
    (_, n) => ({ $type: 'com.atproto.repo.applyWrites#create', collection: 'app.bsky.feed.post', value: post(n) }))
  await json('com.atproto.repo.applyWrites', accessJwt, { repo: did, writes })
}

let next = 0
await Promise.all(Array.from({ length: 8 }, async () => {
  while (next < Number(accounts)) await fill(next++)
}))
reference.kill('SIGTERM')
if (reference.exitCode === null) await new Promise((done) => reference.once('exit', done))

const out = path.join(root, 'Pds.Cli', 'bin', 'Published', 'net10.0')
execFileSync('dotnet', ['publish', '-c', 'Release', '--ucr', '--no-self-contained', '-v', 'q', '-nologo', '-o', out, path.join(root, 'Pds.Cli')], { stdio: 'inherit' })
const started = performance.now()
const took = spawnSync('dotnet', [path.join(out, 'pds.dll'), 'import-reference', dataDir], {
  stdio: 'inherit',
  env: {
    ...process.env, ...settings, PDS_DID_PLC_URL: plcUrl, PDS_DATA_DIRECTORY: path.join(work, 'taken-over'),
    ConnectionStrings__pdsdb: database, ConnectionStrings__redis: process.env.ConnectionStrings__redis ?? '127.0.0.1:6379,abortConnect=false',
  },
})
const seconds = (performance.now() - started) / 1000
console.log(`${accounts} accounts of ${posts} records: ${seconds.toFixed(1)} s, ${(1000 * seconds / Number(accounts)).toFixed(1)} s for a thousand`)
fs.rmSync(dataDir, { recursive: true, force: true })
process.exitCode = took.status
