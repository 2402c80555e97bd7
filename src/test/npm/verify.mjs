// A receiver that verifies every delivery with the libraries people use: 204 when it is genuine, 400 when it is not.
// Usage: node verify.mjs SECRET OLD_SECRET; prints "ready PORT" and ends when standard input does.
import { createHmac, createPublicKey, timingSafeEqual, verify } from 'node:crypto'
import { createServer } from 'node:http'
import { Webhooks } from '@octokit/webhooks'
import { Webhook as StandardWebhook } from 'standardwebhooks'
import Stripe from 'stripe'
import { Webhook as SvixWebhook } from 'svix'

const [secret, old, publicKey] = process.argv.slice(2)
const stripe = new Stripe('sk_test_of_nobody')
const octokit = new Webhooks({ secret })
const octokitOld = new Webhooks({ secret: old })
const hex = text => createHmac('sha256', secret).update(text).digest('hex')

function equal(one, other) {
  if (one?.length !== other.length || !timingSafeEqual(Buffer.from(one), Buffer.from(other))) throw new Error('no match')
}

const checks = {
  '/standardwebhooks': (body, headers) => new StandardWebhook(secret).verify(body, headers),
  '/standardwebhooks-old': (body, headers) => new StandardWebhook(old).verify(body, headers),
  '/svix': (body, headers) => new SvixWebhook(secret).verify(body, headers),
  '/octokit': async (body, headers) => {
    if (!await octokit.verify(body, headers['x-hub-signature-256'])) throw new Error('no match')
  },
  '/octokit-old': async (body, headers) => {
    if (!await octokitOld.verify(body, headers['x-hub-signature-256'])) throw new Error('no match')
  },
  '/stripe': (body, headers) => stripe.webhooks.constructEvent(body, headers['stripe-signature'], secret),
  '/stripe-old': (body, headers) => stripe.webhooks.constructEvent(body, headers['stripe-signature'], old),
  // as Slack's documentation has it
  '/slack': (body, headers) =>
    equal(headers['x-slack-signature'], 'v0=' + hex(`v0:${headers['x-slack-request-timestamp']}:${body}`)),
  // as the edge protocol has it
  '/edge': (body, headers) => equal(headers['x-webhook-signature'], 'sha256=' + hex(`${headers['x-webhook-timestamp']}.${body}`)),
  // v1a by Node's own Ed25519; no published library has it yet
  '/v1a': (body, headers) => {
    const key = createPublicKey({ key: Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), Buffer.from(publicKey, 'base64')]), format: 'der', type: 'spki' })
    const signed = Buffer.from(`${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`)
    const signature = headers['webhook-signature'].split(' ').find(each => each.startsWith('v1a,')).slice(4)
    if (!verify(null, signed, key, Buffer.from(signature, 'base64'))) throw new Error('no match')
  }
}

const server = createServer((request, response) => {
  const chunks = []
  request.on('data', chunk => chunks.push(chunk))
  request.on('end', async () => {
    const body = Buffer.concat(chunks).toString('utf8')
    try {
      await checks[request.url](body, request.headers)
      response.writeHead(204).end()
    } catch (problem) {
      response.writeHead(400).end(String(problem))
    }
  })
})
server.listen(0, '127.0.0.1', () => console.log('ready ' + server.address().port))
process.stdin.on('end', () => process.exit(0)).resume()
