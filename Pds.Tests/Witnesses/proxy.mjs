// @atproto/api as the Bluesky app uses it: with labelers and preferences, reading through the server from an AppView and a chat
// service that this script plays, whose checks of the tokens are the official ones.
import assert from 'node:assert/strict'
import http from 'node:http'
import { AtpAgent } from '@atproto/api'
import { verifyJwt } from '@atproto/xrpc-server'
import { createAccount, idResolver, step } from './world.mjs'

const port = Number(process.env.APP_VIEW_PORT)
const appViewDid = `did:web:localhost%3A${port}`
const seen = []
let rev

const { agent, did, handle } = await createAccount()
const labeler = 'did:plc:ar7c4by46qjdydhdevvrndac'

const answers = {
  'app.bsky.actor.getProfile': () => ({ did, handle, displayName: 'before' }),
  'app.bsky.feed.getTimeline': () => ({ feed: [] }),
  'app.bsky.feed.getPostThread': () => [404, { error: 'NotFound', message: 'Post not found' }],
  'app.bsky.actor.searchActors': () => ({ actors: [{ did, handle }] }),
  'app.bsky.graph.muteActor': () => undefined,
  'chat.bsky.convo.listConvos': () => ({ convos: [] }),
  'com.atproto.moderation.createReport': () =>
    ({ id: 7, reasonType: 'com.atproto.moderation.defs#reasonSpam', subject: { $type: 'com.atproto.admin.defs#repoRef', did }, reportedBy: did, createdAt: new Date().toISOString() }),
}

const server = http.createServer(async (req, res) => {
  const { pathname, searchParams } = new URL(req.url, 'http://localhost')
  if (pathname === '/.well-known/did.json') {
    const service = ['bsky_chat', 'atproto_labeler'].map((id) =>
      ({ id: `#${id}`, type: 'Test', serviceEndpoint: `http://localhost:${port}` }))
    return res.setHeader('content-type', 'application/json').end(JSON.stringify({ id: appViewDid, service }))
  }

  const method = pathname.slice('/xrpc/'.length)
  const chunks = []
  for await (const chunk of req) chunks.push(chunk)
  const token = req.headers.authorization?.slice('Bearer '.length)
  const { iss } = await verifyJwt(token, appViewDid, method, (issuer, fresh) => idResolver.did.resolveAtprotoKey(issuer, fresh))
  seen.push({ method, iss, searchParams, labelers: req.headers['atproto-accept-labelers'], body: Buffer.concat(chunks).toString() })
  const answer = answers[method]()
  const [status, body] = Array.isArray(answer) ? answer : [200, answer]
  res.writeHead(status, { ...(body ? { 'content-type': 'application/json' } : {}), ...(rev ? { 'atproto-repo-rev': rev } : {}) })
  res.end(body && JSON.stringify(body))
})
await new Promise((done) => server.listen(port, '127.0.0.1', done))

try {
  agent.configureLabelers([labeler])
  const { data } = await agent.searchActors({ q: 'a & b', limit: 3 })
  assert.equal(data.actors[0].did, did)
  assert.equal(seen[0].iss, did)
  assert.equal(seen[0].searchParams.get('q'), 'a & b')
  assert.ok(seen[0].labelers.includes(labeler))
  step('a search goes to the AppView with a token that the official library accepts, and with the labelers')

  await agent.mute('other.test')
  assert.deepEqual(JSON.parse(seen.at(-1).body), { actor: 'other.test' })
  step('a procedure goes there with its body')

  const chat = agent.withProxy('bsky_chat', appViewDid)
  assert.deepEqual((await chat.chat.bsky.convo.listConvos()).data.convos, [])
  step('a chat goes to the service that the app names')

  const report = await agent.withProxy('atproto_labeler', appViewDid).createModerationReport({
    reasonType: 'com.atproto.moderation.defs#reasonSpam', subject: { $type: 'com.atproto.admin.defs#repoRef', did },
  })
  assert.equal(report.data.id, 7)
  step('a report goes to the labeler that the app names')

  await agent.setAdultContentEnabled(true)
  await agent.setPersonalDetails({ birthDate: '2000-02-29T00:00:00.000Z' })
  await agent.addSavedFeeds([{ type: 'timeline', value: 'following', pinned: true }])
  const preferences = await agent.getPreferences()
  assert.equal(preferences.moderationPrefs.adultContentEnabled, true)
  assert.equal(preferences.birthDate.toISOString(), '2000-02-29T00:00:00.000Z')
  assert.ok(preferences.savedFeeds.some((feed) => feed.type === 'timeline'))
  assert.ok(!seen.some((call) => call.method.endsWith('Preferences')))
  step('preferences are kept here')

  await agent.post({ text: 'the first' })
  rev = (await agent.com.atproto.sync.getLatestCommit({ did })).data.rev
  const { uri } = await agent.post({ text: 'just now' })
  const timeline = await agent.getTimeline()
  assert.deepEqual(timeline.data.feed.map((item) => item.post.record.text), ['just now'])
  assert.ok(Number(timeline.headers['atproto-upstream-lag']) >= 0)
  const thread = await agent.getPostThread({ uri })
  assert.equal(thread.data.thread.post.uri, uri)
  await agent.upsertProfile(() => ({ displayName: 'after' }))
  assert.equal((await agent.getProfile({ actor: did })).data.displayName, 'after')
  step('what was just written is in the timeline, the thread and the profile')

  await assert.rejects(
    () => agent.getPostThread({ uri: uri + 'x' }), (e) => e.status === 404 && e.error === 'NotFound' && e.message === 'Post not found')
  await assert.rejects(
    () => agent.withProxy('bsky_fg', appViewDid).app.bsky.actor.searchActors({ q: 'a' }), (e) => e.status === 400)
  step('what the AppView refuses is refused in its words')
} finally {
  server.close()
  server.closeAllConnections()
}
