// Apps of the network: official and independent OAuth clients, each with its callback on a real server of this machine.
import { createServer, request as forward } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { readFileSync } from 'node:fs'
import { JoseKey, NodeOAuthClient } from '@atproto/oauth-client-node'
import { plcUrl, service } from './world.mjs'

/** The name that the server's clients of clients lead here. */
export const appHost = process.env.APP_HOST

export const memoryStore = () => {
  const items = new Map()
  return {
    items,
    get: async (key) => items.get(key),
    set: async (key, value) => { items.set(key, value) },
    del: async (key) => { items.delete(key) },
  }
}

// One process, so a chain of promises is lock enough.
const locks = new Map()
const requestLock = async (key, fn) => {
  const before = locks.get(key) ?? Promise.resolve()
  const mine = before.catch(() => {}).then(fn)
  locks.set(key, mine)
  return mine
}

const common = (stores) => ({
  allowHttp: true,
  handleResolver: service,
  plcDirectoryUrl: plcUrl,
  requestLock,
  stateStore: stores.state,
  sessionStore: stores.session,
})

/** Answers every request with what `documents` says for its path, or a plain page: the app after the callback. */
export async function listen(documents = {}, tls) {
  const requests = []
  const handle = (request, response) => {
    const { pathname } = new URL(request.url, 'http://app')
    requests.push(pathname)
    const document = documents[pathname]
    response.setHeader('content-type', document?.type ?? (document ? 'application/json' : 'text/html'))
    response.end(document ? document.body ?? JSON.stringify(document.json()) : '<title>The app</title>')
  }
  const server = tls ? createTlsServer(tls, handle) : createServer(handle)
  await new Promise((done) => server.listen(tls ? Number(process.env.APP_PORT) : 0, '127.0.0.1', done))
  return { port: server.address().port, requests, close: () => server.close() }
}

export const loopbackMetadata = (port, scope) => {
  const redirect = `http://127.0.0.1:${port}/callback`
  return {
    client_id: `http://localhost?${new URLSearchParams([['redirect_uri', redirect], ['scope', scope]])}`,
    redirect_uris: [redirect],
    scope,
    response_types: ['code'],
    grant_types: ['authorization_code', 'refresh_token'],
    application_type: 'native',
    token_endpoint_auth_method: 'none',
    dpop_bound_access_tokens: true,
  }
}

export function loopbackClient(port, scope, stores = { state: memoryStore(), session: memoryStore() }) {
  return new NodeOAuthClient({ clientMetadata: loopbackMetadata(port, scope), ...common(stores) })
}

/** A web app with a key: its documents are served by {@link serveApp}. */
export async function confidentialClient(name, { scope = 'atproto transition:generic', jwksUri = false, key } = {}) {
  const stores = { state: memoryStore(), session: memoryStore() }
  const keyset = [key ?? (await JoseKey.generate(['ES256'], `${name}-1`))]
  const origin = `https://${appHost}`
  const client = new NodeOAuthClient({
    clientMetadata: {
      client_id: `${origin}/${name}/client-metadata.json`,
      client_name: `The ${name} app`,
      client_uri: origin,
      redirect_uris: [`${origin}/${name}/callback`],
      scope,
      response_types: ['code'],
      grant_types: ['authorization_code', 'refresh_token'],
      application_type: 'web',
      token_endpoint_auth_method: 'private_key_jwt',
      token_endpoint_auth_signing_alg: 'ES256',
      dpop_bound_access_tokens: true,
      ...(jwksUri ? { jwks_uri: `${origin}/${name}/jwks.json` } : {}),
    },
    keyset,
    ...common(stores),
  })
  return { client, stores, name, jwksUri }
}

export const serveApps = (...apps) => listen(
  Object.fromEntries(apps.flatMap(({ client, name, jwksUri }) => [
    [`/${name}/client-metadata.json`, {
      json: () => (jwksUri ? client.clientMetadata : { ...client.clientMetadata, jwks: client.jwks }),
    }],
    [`/${name}/jwks.json`, { json: () => client.jwks }],
  ])),
  { cert: readFileSync(process.env.APP_CERT), key: readFileSync(process.env.APP_KEY) })

/** Stands before the server with a certificate, as a proxy does where people reach it. */
export async function serveSecurely(target) {
  const tls = { cert: readFileSync(process.env.APP_CERT), key: readFileSync(process.env.APP_KEY) }
  const server = createTlsServer(tls, (request, response) => {
    const headers = { ...request.headers, 'x-forwarded-proto': 'https', 'x-forwarded-for': '127.0.0.1' }
    const onward = forward(target + request.url, { method: request.method, headers }, (answer) => {
      response.writeHead(answer.statusCode, answer.headers)
      answer.pipe(response)
    })
    onward.on('error', () => response.destroy())
    request.pipe(onward)
  })
  await new Promise((done) => server.listen(0, '127.0.0.1', done))
  return { port: server.address().port, close: () => server.close() }
}

/** The parameters with which the browser came back, wherever the response mode put them. */
export const parameters = (at) => new URLSearchParams(at.search || at.hash.slice(1))
