// A relay's view: while accounts write at random, every commit is verified inductively (its operations are inverted on
// the blocks that came with it and must give the tree before), signatures are checked, and the chain has no gap.
import assert from 'node:assert/strict'
import { BlockMap, MST, MemoryBlockstore, readCarWithRoot, verifyProofs } from '@atproto/repo'
import { Firehose } from '@atproto/sync'
import { Subscription } from '@atproto/xrpc-server'
import { decode } from '@atcute/cbor'
import { createAccount, idResolver, post, service, step } from './world.mjs'

const writes = Number(process.env.WRITES ?? 500)
const accounts = await Promise.all(Array.from({ length: 5 }, createAccount))
const ours = new Set(accounts.map((a) => a.did))
const stop = new AbortController()

const chain = new Map()
let lastSeq = 0
let verified = 0
const failures = []

async function verify(evt) {
  assert.ok(evt.seq > lastSeq, `seq ${evt.seq} after ${lastSeq}`)
  lastSeq = evt.seq
  if (evt.$type !== 'com.atproto.sync.subscribeRepos#commit') return
  const { root, blocks } = await readCarWithRoot(evt.blocks)
  assert.equal(root.toString(), evt.commit.toString())
  const commit = decode(blocks.get(root))
  assert.equal(commit.did, evt.repo)
  assert.equal(commit.rev, evt.rev)
  const key = await idResolver.did.resolveAtprotoKey(evt.repo)
  const claims = evt.ops.map((op) => {
    const [collection, rkey] = op.path.split('/')
    return { collection, rkey, cid: op.cid }
  })
  const proofs = await verifyProofs(evt.blocks, claims, evt.repo, key)
  assert.equal(proofs.unverified.length, 0, 'unproven operations')

  const storage = new MemoryBlockstore(blocks)
  const { root: data } = { root: (await import('@atproto/lex-data')).parseCid(commit.data.$link) }
  let tree = MST.load(storage, data)
  for (const op of evt.ops.toReversed()) {
    if (op.action === 'create') {
      assert.equal(op.prev, undefined)
      tree = await tree.delete(op.path)
    } else if (op.action === 'update') tree = await tree.update(op.path, op.prev)
    else tree = await tree.add(op.path, op.prev)
  }
  const inverted = (await tree.getPointer()).toString()
  if (evt.prevData) assert.equal(inverted, evt.prevData.toString())
  const before = chain.get(evt.repo)
  if (before) {
    assert.equal(evt.since, before.rev)
    assert.equal(evt.prevData.toString(), before.data)
    assert.ok(evt.rev > before.rev)
  }
  assert.equal(evt.blobs.length, 0)
  assert.equal(evt.tooBig, false)
  chain.set(evt.repo, { rev: evt.rev, data: commit.data.$link, cid: evt.commit.toString() })
  verified++
}

const cursor = Number(process.env.CURSOR ?? 0)
const raw = (async () => {
  const subscription = new Subscription({
    service: service.replace(/^http/, 'ws'), method: 'com.atproto.sync.subscribeRepos', signal: stop.signal,
    getParams: () => ({ cursor }), validate: (value) => value,
  })
  try {
    for await (const evt of subscription) {
      if (evt.seq === undefined) continue
      if (evt.repo && !ours.has(evt.repo)) { lastSeq = evt.seq; continue }
      await verify(evt)
    }
  } catch (error) {
    if (error?.name !== 'AbortError') failures.push(error)
  }
})()

let delivered = 0
const official = new Firehose({
  service: service.replace(/^http/, 'ws'), idResolver, unauthenticatedHandles: true,
  getCursor: () => cursor,
  handleEvent: (evt) => { if (['create', 'update', 'delete'].includes(evt.event) && ours.has(evt.did)) delivered++ },
  // It asks the website of a did:web, which may be gone with the test of others that had it.
  onError: (error) => {
    const { $type: type, did, repo } = error?.event ?? {}
    const who = did ?? repo ?? ''
    const isGone = who.startsWith('did:web:localhost') && !ours.has(who)
      && (type === 'com.atproto.sync.subscribeRepos#identity' || error.cause?.cause?.code === 'ECONNREFUSED')
    if (!stop.signal.aborted && error?.cause?.name !== 'AbortError' && !isGone) failures.push(error)
  },
})
const running = official.start()

let done = 0
let operations = 0
await Promise.all(accounts.map(async ({ agent, did }) => {
  const keys = []
  while (done < writes) {
    done++
    const dice = Math.random()
    if (dice < 0.6 || keys.length < 3) {
      const { uri } = await agent.post({ text: `post ${done}` })
      keys.push(uri.split('/').at(-1))
      operations++
    } else if (dice < 0.75) {
      const [rkey] = keys.splice(Math.floor(Math.random() * keys.length), 1)
      await agent.com.atproto.repo.deleteRecord({ repo: did, collection: 'app.bsky.feed.post', rkey })
      operations++
    } else if (dice < 0.85) {
      const rkey = keys[Math.floor(Math.random() * keys.length)]
      await agent.com.atproto.repo.putRecord({ repo: did, collection: 'app.bsky.feed.post', rkey, record: post(`edited ${done}`) })
      operations++
    } else {
      const victim = keys.shift()
      const { data } = await agent.com.atproto.repo.applyWrites({
        repo: did,
        writes: [
          ...Array.from({ length: 8 }, (_, n) => ({ $type: 'com.atproto.repo.applyWrites#create', collection: 'com.example.thing', value: { $type: 'com.example.thing', n } })),
          { $type: 'com.atproto.repo.applyWrites#delete', collection: 'app.bsky.feed.post', rkey: victim },
        ],
      })
      operations += data.results.length
    }
  }
}))

// Verifying takes this process longer than writing takes the server.
const deadline = Date.now() + 90_000
const behind = async () => {
  for (const { agent, did } of accounts) {
    const { data } = await agent.com.atproto.sync.getLatestCommit({ did })
    if (chain.get(did)?.cid !== data.cid) return true
  }
  return delivered < operations
}
while (failures.length === 0 && (await behind()) && Date.now() < deadline) await new Promise((r) => setTimeout(r, 50))
stop.abort()
await Promise.race([official.destroy(), new Promise((r) => setTimeout(r, 500))])
await Promise.race([Promise.all([raw, running]), new Promise((r) => setTimeout(r, 500))])

if (failures.length) throw failures[0]
for (const { agent, did } of accounts) {
  const { data } = await agent.com.atproto.sync.getLatestCommit({ did })
  assert.equal(chain.get(did)?.cid, data.cid, 'the stream ends at the head')
}
assert.equal(delivered, operations, 'the official consumer was given every operation, verified')
assert.ok(verified >= writes)
step(`${verified} commits verified inductively, ${delivered} operations delivered by the official consumer`)
process.exit(0)
