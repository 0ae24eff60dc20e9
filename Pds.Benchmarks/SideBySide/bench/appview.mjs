// An AppView that costs next to nothing: every request without a body gets the same two kilobytes of JSON. Prints its port.
import net from 'node:net'

const actors = Array.from({ length: 10 }, (_, i) => ({
  did: `did:plc:${String(i).padStart(24, 'a')}`, handle: `actor-${i}.test`, displayName: `Actor ${i}`,
  avatar: `https://cdn.test/img/avatar/plain/did:plc:${i}/bafkreihyrpefhacm6kkp4ql6j6udakdit7g3dmkzfriqfykhjw6cad5lrm@jpeg`,
}))
const body = JSON.stringify({ actors })
const answer = Buffer.from(
  `HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`)

const server = net.createServer({ noDelay: true }, (socket) => {
  let rest = ''
  socket.on('error', () => {})
  socket.on('data', (data) => {
    const requests = (rest + data.toString('latin1')).split('\r\n\r\n')
    rest = requests.pop()
    for (let i = 0; i < requests.length; i++) socket.write(answer)
  })
})
server.listen(0, '127.0.0.1', () => console.log(server.address().port))
process.on('SIGTERM', () => process.exit(0))
