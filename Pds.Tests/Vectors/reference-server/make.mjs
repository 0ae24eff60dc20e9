// Makes data.zip anew: the data folder of a reference server with a few accounts of every kind, and what it served of them.
//   node make.mjs      needs the reference that Pds.Benchmarks/SideBySide/reference installs, sqlite3 and zip
import { execFileSync, spawn } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { Session } from '../../../Pds.Benchmarks/SideBySide/bench/oauth.mjs'

const here = path.dirname(fileURLToPath(import.meta.url))
const start = path.join(here, '../../../Pds.Benchmarks/SideBySide/reference/start.mjs')
const work = path.resolve(process.env.PEER_WORK || path.join(os.tmpdir(), 'peer-work'))

const child = spawn(process.execPath, [start], {
  env: {
    ...process.env, PEER_KEEP: '1', PEER_WORK: work, PDS_INVITE_REQUIRED: 'true', PDS_JWT_SECRET: 'the secret of the reference',
    PDS_PLC_ROTATION_KEY_K256_PRIVATE_KEY_HEX: '5'.repeat(64), PDS_BSKY_APP_VIEW_URL: 'http://localhost:1', PDS_BSKY_APP_VIEW_DID: 'did:web:localhost',
  },
  stdio: ['ignore', 'pipe', 'inherit'],
})
process.once('exit', () => child.kill())
await new Promise((ok, failed) => {
  child.stdout.on('data', (text) => String(text).includes('target file:') && ok())
  child.once('exit', failed)
})
const run = JSON.parse(fs.readFileSync(path.join(work, 'reference/run.json'), 'utf8'))
const admin = `Basic ${btoa(`admin:${run.adminPassword}`)}`

async function call(name, { token, params, body, type } = {}) {
  const url = `${run.url}/xrpc/${name}?${new URLSearchParams(params)}`
  const raw = body instanceof Uint8Array
  const response = await fetch(url, {
    method: body || type ? 'POST' : 'GET',
    headers: {
      ...(token ? { authorization: token.startsWith('Basic') ? token : `Bearer ${token}` } : {}),
      ...(body ? { 'content-type': type ?? 'application/json' } : {}),
    },
    body: body ? (raw ? body : JSON.stringify(body)) : undefined,
  })
  if (!response.ok) throw new Error(`${name}: ${response.status} ${await response.text()}`)
  const bytes = new Uint8Array(await response.arrayBuffer())
  return response.headers.get('content-type')?.startsWith('application/json') ? JSON.parse(Buffer.from(bytes)) : bytes
}
const sql = (file, statement) =>
  execFileSync('sqlite3', [path.join(run.dataDir, file), statement], { encoding: 'utf8' }).trim()

const accounts = {}
const invite = (await call('com.atproto.server.createInviteCode', { token: admin, body: { useCount: 9 } })).code
async function signUp(name) {
  const password = `the password of ${name}`
  const made = await call('com.atproto.server.createAccount', {
    body: { handle: `${name}.test`, email: `${name}@Example.com`, password, inviteCode: invite },
  })
  accounts[name] = { did: made.did, handle: made.handle, password, accessJwt: made.accessJwt, refreshJwt: made.refreshJwt }
  return accounts[name]
}
const write = (account, collection, record, rkey) => call('com.atproto.repo.createRecord', {
  token: account.accessJwt, body: { repo: account.did, collection, record: { $type: collection, ...record }, rkey },
})
const createdAt = '2026-01-02T03:04:05.678Z'
const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64')
const upload = async (account, tail) => (await call('com.atproto.repo.uploadBlob', {
  token: account.accessJwt, type: 'image/png', body: Buffer.concat([png, Buffer.from(tail)]),
})).blob

// Alice has everything.
const alice = await signUp('alice')
for (let i = 0; i < 60; i++) await write(alice, 'app.bsky.feed.post', { text: `post ${i}`, createdAt })
for (let i = 0; i < 3; i++) {
  const image = await upload(alice, `image ${i}`)
  await write(alice, 'app.bsky.feed.post', { text: 'see', createdAt, embed: { $type: 'app.bsky.embed.images', images: [{ image, alt: '' }] } }, `3kaaaaaaaaa${i + 2}a`)
}
await write(alice, 'app.bsky.actor.profile', { displayName: 'Alice', avatar: await upload(alice, 'avatar') }, 'self')
await call('com.atproto.repo.deleteRecord', { token: alice.accessJwt, body: { repo: alice.did, collection: 'app.bsky.feed.post', rkey: '3kaaaaaaaaa4a' } })
await upload(alice, 'a blob that no record names')
await call('app.bsky.actor.putPreferences', {
  token: alice.accessJwt,
  body: {
    preferences: [
      { $type: 'app.bsky.actor.defs#adultContentPref', enabled: false },
      { $type: 'app.bsky.actor.defs#personalDetailsPref', birthDate: '1990-05-06T00:00:00.000Z' },
      { $type: 'app.bsky.actor.defs#savedFeedsPrefV2', items: [{ id: '1', type: 'timeline', value: 'following', pinned: true }] },
    ],
  },
})
await call('com.atproto.server.requestEmailConfirmation', { token: alice.accessJwt, type: 'none' })
const mailed = sql('account.sqlite', `SELECT token FROM email_token WHERE did = '${alice.did}'`)
await call('com.atproto.server.confirmEmail', { token: alice.accessJwt, body: { email: 'alice@example.com', token: mailed } })
for (const [name, privileged] of [['reader', false], ['messenger', true]]) {
  const made = await call('com.atproto.server.createAppPassword', { token: alice.accessJwt, body: { name, privileged } })
  const session = await call('com.atproto.server.createSession', { body: { identifier: alice.handle, password: made.password } })
  alice[name] = { password: made.password, refreshJwt: session.refreshJwt }
}
await call('com.atproto.identity.updateHandle', { token: alice.accessJwt, body: { handle: 'alice2.test' } })
alice.handle = 'alice2.test'
const app = await new Session(run.publicUrl).signIn({ handle: alice.handle, password: alice.password })
alice.oauth = { refreshToken: app.refresh, key: app.key.key.export({ format: 'jwk' }) }

// Bob has left for a while, Carol is taken down, Dave has a record and a blob taken down, Erin may not invite.
const bob = await signUp('bob')
await write(bob, 'app.bsky.graph.follow', { subject: alice.did, createdAt })
await write(bob, 'app.bsky.feed.like', { subject: { uri: `at://${alice.did}/app.bsky.actor.profile/self`, cid: (await call('com.atproto.repo.getRecord', { params: { repo: alice.did, collection: 'app.bsky.actor.profile', rkey: 'self' } })).cid }, createdAt })
const carol = await signUp('carol')
await write(carol, 'app.bsky.feed.post', { text: 'not nice', createdAt })
const dave = await signUp('dave')
const bad = await write(dave, 'app.bsky.feed.post', { text: 'hidden', createdAt }, '3kaaaaaaaaa2a')
const hidden = await upload(dave, 'hidden')
await write(dave, 'app.bsky.actor.profile', { displayName: 'Dave', avatar: hidden }, 'self')
const erin = await signUp('erin')

await call('com.atproto.server.createInviteCode', { token: admin, body: { useCount: 2, forAccount: bob.did } })
const disabled = (await call('com.atproto.server.createInviteCode', { token: admin, body: { useCount: 3 } })).code
await call('com.atproto.admin.disableInviteCodes', { token: admin, body: { codes: [disabled], accounts: [] } })
await call('com.atproto.admin.disableAccountInvites', { token: admin, body: { account: erin.did } })

for (const account of Object.values(accounts)) {
  account.head = await call('com.atproto.sync.getLatestCommit', { params: { did: account.did } })
  account.car = `${account.handle}.car`
  fs.writeFileSync(path.join(run.dataDir, account.car), await call('com.atproto.sync.getRepo', { params: { did: account.did } }))
  account.blobs = (await call('com.atproto.sync.listBlobs', { params: { did: account.did } })).cids
  account.plc = await (await fetch(`${run.plcUrl}/${account.did}/log/audit`)).json()
}

const takedown = (subject) => call('com.atproto.admin.updateSubjectStatus', {
  token: admin, body: { subject, takedown: { applied: true, ref: 'rule 1' } },
})
await takedown({ $type: 'com.atproto.admin.defs#repoRef', did: carol.did })
await takedown({ $type: 'com.atproto.repo.strongRef', uri: bad.uri, cid: bad.cid })
await takedown({ $type: 'com.atproto.admin.defs#repoBlobRef', did: dave.did, cid: hidden.ref.$link })
dave.hidden = { uri: bad.uri, blob: hidden.ref.$link }
await call('com.atproto.server.deactivateAccount', { token: bob.accessJwt, body: { deleteAfter: '2030-01-01T00:00:00.000Z' } })

const reserved = (await call('com.atproto.server.reserveSigningKey', { body: { did: 'did:plc:aaaaaaaaaaaaaaaaaaaaaaaa' } })).signingKey
await new Promise((done) => { child.once('exit', done); child.kill('SIGTERM') })

const lastSeq = Number(sql('sequencer.sqlite', 'SELECT max(seq) FROM repo_seq'))
for (const file of fs.readdirSync(run.dataDir, { recursive: true }).filter((name) => name.endsWith('.sqlite'))) {
  sql(file, 'PRAGMA journal_mode = DELETE; VACUUM')
}
fs.writeFileSync(path.join(run.dataDir, 'expected.json'), JSON.stringify(
  { madeAt: new Date().toISOString(), publicUrl: run.publicUrl, versions: run.versions, lastSeq, reserved, invite, disabled, accounts }, null, 1))
fs.rmSync(path.join(here, 'data.zip'), { force: true })
execFileSync('zip', ['-q', '-9', '-r', path.join(here, 'data.zip'), '.', '-x', '*.stderr', '*-wal', '*-shm'], { cwd: run.dataDir })
fs.rmSync(run.dataDir, { recursive: true })
console.log(fs.statSync(path.join(here, 'data.zip')).size, 'bytes')
