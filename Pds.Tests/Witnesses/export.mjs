// @atproto/repo verifies the exported repository and its signature; @atcute reads the same bytes independently.
import assert from 'node:assert/strict'
import * as atcute from '@atcute/repo'
import { parseDidKey } from '@atcute/crypto'
import { verifyRecords, verifyRepoCar } from '@atproto/repo'
import { createAccount, idResolver, post, step } from './world.mjs'

const { agent, did } = await createAccount()
const expected = new Map()
for (let batch = 0; batch < 4; batch++) {
  const { data } = await agent.com.atproto.repo.applyWrites({
    repo: did,
    writes: Array.from({ length: 50 }, (_, n) => ({
      $type: 'com.atproto.repo.applyWrites#create', collection: n % 5 ? 'app.bsky.feed.post' : 'com.example.thing',
      value: n % 5 ? post(`${batch}.${n}`) : { $type: 'com.example.thing', bytes: { $bytes: 'AQID' }, nested: { list: [1, -2, null, 'ü'] } },
    })),
  })
  for (const r of data.results) expected.set(r.uri.split('/').slice(3).join('/'), r.cid)
}
const signingKey = await idResolver.did.resolveAtprotoKey(did, true)
const car = (await agent.com.atproto.sync.getRepo({ did })).data
const head = (await agent.com.atproto.sync.getLatestCommit({ did })).data

const repo = await verifyRepoCar(car, did, signingKey)
assert.equal(repo.creates.length, expected.size)
for (const c of repo.creates) assert.equal(c.cid.toString(), expected.get(`${c.collection}/${c.rkey}`))
assert.equal(repo.commit.cid.toString(), head.cid)
assert.equal(repo.commit.rev, head.rev)
step('the official library verifies the export, every record and the signature')

let count = 0
for (const entry of atcute.fromUint8Array(car)) {
  assert.equal(entry.cid.$link, expected.get(`${entry.collection}/${entry.rkey}`))
  count++
}
assert.equal(count, expected.size)
step('an independent library reads the same records from it')

const [path, cid] = [...expected][7]
const [collection, rkey] = path.split('/')
const proof = (await agent.com.atproto.sync.getRecord({ did, collection, rkey })).data
const [claim] = await verifyRecords(proof, did, signingKey)
assert.equal(`${claim.collection}/${claim.rkey}`, path)
const { type, publicKeyBytes } = parseDidKey(signingKey)
const { P256PublicKey, Secp256k1PublicKey } = await import('@atcute/crypto')
const publicKey = await (type === 'p256' ? P256PublicKey : Secp256k1PublicKey).importRaw(publicKeyBytes)
const verified = await atcute.verifyRecord({ did, collection, rkey, publicKey, carBytes: proof })
assert.equal(verified.cid, cid)
step('both verify the proof of a single record')

const since = head.rev
await agent.post({ text: 'after' })
const diff = (await agent.com.atproto.sync.getRepo({ did, since })).data
assert.ok(diff.length < car.length / 4)
step('an export since a revision carries the difference only')
