// @atproto/api through a day's work: account, session, post with an image, read, list, update, delete.
import assert from 'node:assert/strict'
import { AtpAgent } from '@atproto/api'
import { createAccount, png, post, service, step } from './world.mjs'

const { agent, did, handle, email, password } = await createAccount()
assert.match(did, /^did:plc:[a-z2-7]{24}$/)
step('an account is created and the agent has a session')

const again = new AtpAgent({ service })
for (const identifier of [handle, email, did]) {
  const { data } = await again.login({ identifier, password })
  assert.equal(data.did, did)
}
const session = await again.com.atproto.server.getSession()
assert.equal(session.data.handle, handle)
assert.equal(session.data.email, email)
step('the account signs in by handle, by e-mail and by DID')

const before = again.session.refreshJwt
await again.sessionManager.refreshSession()
assert.notEqual(again.session.refreshJwt, before)
step('the session is refreshed')

await assert.rejects(() => again.login({ identifier: handle, password: 'wrong' }), (e) => e.status === 401 && e.error === 'AuthenticationRequired')
step('a wrong password is refused')

const upload = await agent.uploadBlob(png, { encoding: 'image/png' })
const blob = upload.data.blob
assert.equal(blob.mimeType, 'image/png')
assert.equal(blob.size, png.length)
const created = await agent.post({
  text: 'hello from outside',
  embed: { $type: 'app.bsky.embed.images', images: [{ image: blob, alt: 'one pixel' }] },
})
step('a post with an image is written')

const rkey = created.uri.split('/').at(-1)
const read = await agent.com.atproto.repo.getRecord({ repo: handle, collection: 'app.bsky.feed.post', rkey })
assert.equal(read.data.cid, created.cid)
assert.equal(read.data.value.text, 'hello from outside')
assert.equal(read.data.value.embed.images[0].image.ref.toString(), blob.ref.toString())
step('it reads back the same')

const bytes = await agent.com.atproto.sync.getBlob({ did, cid: blob.ref.toString() })
assert.deepEqual(Buffer.from(bytes.data), png)
assert.equal(bytes.headers['content-type'], 'image/png')
const blobs = await agent.com.atproto.sync.listBlobs({ did })
assert.deepEqual(blobs.data.cids, [blob.ref.toString()])
step('the image is served and listed')

await agent.com.atproto.repo.putRecord({
  repo: did, collection: 'app.bsky.actor.profile', rkey: 'self', record: { $type: 'app.bsky.actor.profile', displayName: 'Wit Ness' },
})
await agent.com.atproto.repo.applyWrites({
  repo: did,
  writes: [1, 2, 3].map((n) => ({ $type: 'com.atproto.repo.applyWrites#create', collection: 'app.bsky.feed.post', value: post(`batch ${n}`) })),
})
const repo = await agent.com.atproto.repo.describeRepo({ repo: did })
assert.deepEqual(repo.data.collections.toSorted(), ['app.bsky.actor.profile', 'app.bsky.feed.post'])
assert.equal(repo.data.handleIsCorrect, true)
step('a profile and a batch are written and the repository described')

const seen = []
for (let cursor; ;) {
  const { data } = await agent.com.atproto.repo.listRecords({ repo: did, collection: 'app.bsky.feed.post', limit: 3, cursor })
  seen.push(...data.records.map((r) => r.uri))
  cursor = data.cursor
  if (!cursor || data.records.length === 0) break
}
assert.equal(seen.length, 4)
assert.deepEqual(seen, seen.toSorted().reverse())
step('the list pages through, newest first')

await agent.deletePost(created.uri)
await assert.rejects(
  () => agent.com.atproto.repo.getRecord({ repo: did, collection: 'app.bsky.feed.post', rkey }),
  (e) => e.status === 400 && e.error === 'RecordNotFound')
await agent.deletePost(created.uri)
step('a deleted post is gone, and deleting it again is no error')

const resolved = await agent.resolveHandle({ handle })
assert.equal(resolved.data.did, did)
step('the handle resolves')

await again.logout()
await assert.rejects(() => again.com.atproto.server.getSession())
step('the session is ended')
