// An app that signs people in by OAuth as the protocol's profile wants it: PAR, PKCE, DPoP, a loopback client. The pages are
// answered like a browser without script would, by their forms, or by the JSON interface of the reference's page.
import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import http from 'node:http'

const REDIRECT = 'http://127.0.0.1/callback'
const SCOPE = 'atproto transition:generic'
const CLIENT = `http://localhost?redirect_uri=${encodeURIComponent(REDIRECT)}&scope=${encodeURIComponent(SCOPE)}`
const b64 = (data) => Buffer.from(data).toString('base64url')
const sha256 = (text) => createHash('sha256').update(text).digest('base64url')

/** What fetch does not let a program say: the Sec-Fetch headers of a browser, and its cookies. */
class Browser {
  jar = new Map()

  get(url, headers = {}) {
    return this.#send('GET', url, null, headers)
  }

  post(url, body, headers = {}) {
    const type = typeof body === 'string' ? 'application/json' : 'application/x-www-form-urlencoded'
    return this.#send('POST', url, String(body), { 'content-type': type, ...headers })
  }

  #send(method, url, body, headers) {
    return new Promise((done, failed) => {
      const request = http.request(url, {
        method,
        headers: {
          'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document', 'sec-fetch-site': 'none', 'user-agent': 'bench',
          accept: '*/*', cookie: [...this.jar].map(([name, value]) => `${name}=${value}`).join('; '), ...headers,
        },
      }, async (response) => {
        for (const line of response.headers['set-cookie'] ?? []) {
          const [pair] = line.split(';')
          const at = pair.indexOf('=')
          this.jar.set(pair.slice(0, at), pair.slice(at + 1))
        }
        let text = ''
        for await (const chunk of response.setEncoding('utf8')) text += chunk
        done({ status: response.statusCode, location: response.headers.location, text })
      })
      request.on('error', failed)
      request.end(body)
    })
  }
}

/** One signed-in session of an app: a key and its tokens. */
export class Session {
  constructor(issuer) {
    this.issuer = issuer
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const { kty, crv, x, y } = publicKey.export({ format: 'jwk' })
    this.key = { key: privateKey, dsaEncoding: 'ieee-p1363' }
    this.header = b64(JSON.stringify({ typ: 'dpop+jwt', alg: 'ES256', jwk: { kty, crv, x, y } }))
  }

  proof(method, path, nonce, token) {
    const claims = {
      jti: randomBytes(12).toString('base64url'), htm: method, htu: this.issuer + path, iat: Math.floor(Date.now() / 1000), nonce,
      ...(token ? { ath: this.ath } : {}),
    }
    const signed = `${this.header}.${b64(JSON.stringify(claims))}`
    return `${signed}.${sign('sha256', Buffer.from(signed), this.key).toString('base64url')}`
  }

  async #form(path, fields) {
    for (let i = 0; ; i++) {
      const response = await fetch(this.issuer + path, {
        method: 'POST', headers: { dpop: this.proof('POST', path, this.nonce) }, body: new URLSearchParams(fields),
      })
      this.nonce = response.headers.get('dpop-nonce') ?? this.nonce
      const body = await response.json()
      if (response.ok) return body
      if (body.error !== 'use_dpop_nonce' || i) throw new Error(`${path}: ${response.status} ${JSON.stringify(body)}`)
    }
  }

  async signIn(account) {
    const verifier = randomBytes(32).toString('base64url')
    const pushed = await this.#form('/oauth/par', {
      client_id: CLIENT, response_type: 'code', redirect_uri: REDIRECT, scope: SCOPE, state: 'x', login_hint: account.handle,
      code_challenge: sha256(verifier), code_challenge_method: 'S256',
    })
    const page = `${this.issuer}/oauth/authorize?${new URLSearchParams({ client_id: CLIENT, request_uri: pushed.request_uri })}`
    const code = await answer(this.issuer, page, account)
    this.keep(await this.#form('/oauth/token', {
      client_id: CLIENT, grant_type: 'authorization_code', code, code_verifier: verifier, redirect_uri: REDIRECT,
    }))
    // The resource server may have nonces of its own.
    const path = '/xrpc/com.atproto.server.getSession'
    const asked = await fetch(this.issuer + path, {
      headers: { authorization: `DPoP ${this.access}`, dpop: this.proof('GET', path, this.nonce, this.access) },
    })
    this.resourceNonce = asked.headers.get('dpop-nonce') ?? this.nonce
    return this
  }

  keep(tokens) {
    this.access = tokens.access_token
    this.ath = sha256(tokens.access_token)
    this.refresh = tokens.refresh_token
  }

  refreshBody() {
    return new URLSearchParams({ client_id: CLIENT, grant_type: 'refresh_token', refresh_token: this.refresh }).toString()
  }
}

async function answer(issuer, start, account) {
  const browser = new Browser()
  let url = start
  let response = await browser.get(url)
  for (let i = 0; i < 12; i++) {
    if (response.location) {
      url = new URL(response.location, url).href
      if (url.startsWith(REDIRECT)) return new URL(url).searchParams.get('code') ?? fail(url)
      response = await browser.get(url)
    } else if (!/<form/i.test(response.text)) {
      return answerReference(issuer, url, account, browser)
    } else {
      const form = formOf(response.text, account)
      const referer = url
      url = new URL(form.action || url, url).href
      response = await browser.post(url, form.fields, { origin: issuer, referer, 'sec-fetch-site': 'same-origin' })
    }
  }
  fail(`${url}: ${response.status} ${response.text.slice(0, 500)}`)
}

// The form that goes on: with a password, or with the button that authorizes.
function formOf(html, account) {
  const forms = [...html.matchAll(/<form\b([^>]*)>(.*?)<\/form>/gis)]
  const [, head, body] = forms.find(([, , inner]) => /type="password"|>\s*Authorize\s*</.test(inner)) ?? fail(html.slice(0, 2000))
  const fields = new URLSearchParams()
  for (const [tag] of body.matchAll(/<input\b[^>]*>/gi)) {
    const get = (name) => new RegExp(`\\b${name}="([^"]*)"`, 'i').exec(tag)?.[1]
    const [name, type] = [get('name'), get('type') ?? 'text']
    if (!name || (['checkbox', 'radio'].includes(type) && !/\bchecked\b/.test(tag))) continue
    fields.append(name, type === 'password' ? account.password
      : type === 'hidden' || type === 'checkbox' || type === 'radio' ? decode(get('value') ?? '') : account.handle)
  }
  for (const [tag] of body.matchAll(/<button\b[^>]*>\s*Authorize/gi)) {
    const name = /\bname="([^"]*)"/.exec(tag)?.[1]
    if (name) fields.append(name, /\bvalue="([^"]*)"/.exec(tag)?.[1] ?? '')
  }
  const button = /<button\b[^>]*formaction="([^"]*)"[^>]*>\s*Authorize/i.exec(body)?.[1]
  return { action: decode(button ?? /\baction="([^"]*)"/i.exec(head)?.[1] ?? ''), fields }
}

const decode = (text) => text.replaceAll('&amp;', '&').replaceAll('&#x2B;', '+').replaceAll('&quot;', '"')

async function answerReference(issuer, page, account, browser) {
  const api = async (name, body) => {
    const response = await browser.post(`${issuer}/@atproto/oauth-provider/~api/${name}`, JSON.stringify(body), {
      origin: issuer, referer: page, 'x-csrf-token': browser.jar.get('csrf-token'),
      'sec-fetch-mode': 'same-origin', 'sec-fetch-site': 'same-origin', 'sec-fetch-dest': 'empty',
    })
    return response.status === 200 ? JSON.parse(response.text) : fail(response.text)
  }
  const signedIn = await api('sign-in', { locale: 'en', username: account.handle, password: account.password, remember: true })
  const { url } = await api('consent', { did: signedIn.account.did ?? signedIn.account.sub })
  const last = await browser.get(url, { referer: page, 'sec-fetch-site': 'same-origin' })
  return new URL(last.location ?? url).searchParams.get('code') ?? fail(last.location)
}

function fail(why) {
  throw new Error(`the sign-in led nowhere: ${why}`)
}
