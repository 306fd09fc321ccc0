// kafkajs: the protocol in JavaScript, with codecs in JavaScript and WebAssembly. Its consumer knows groups only, so
// what the other cases consume goes through the part of it that speaks to one broker.
'use strict'

const assert = require('node:assert')
const fs = require('node:fs')
const { randomBytes } = require('node:crypto')
const { Kafka, CompressionTypes, CompressionCodecs, ConfigResourceTypes, logLevel } = require('kafkajs')
const Cluster = require('kafkajs/src/cluster')
const socketFactory = require('kafkajs/src/network/socketFactory')
const { createLogger } = require('kafkajs/src/loggers')
const LoggerConsole = require('kafkajs/src/loggers/console')
const SnappyCodec = require('kafkajs-snappy')
const lz4 = require('lz4js')
const xxh32 = require('lz4js/xxh32')
const { ZstdCodec } = require('zstd-codec')

const BROKER = process.env.BROKER
const SECONDS_MAX = 60
const BEFORE = (process.env.BEFORE || '').split(' ').filter(Boolean)
const CODECS = ['none', 'gzip', 'snappy', 'lz4', 'zstd']
const retry = { retries: 0 }

// lz4js says that blocks depend on each other. Apache Kafka refuses such batches, with UNKNOWN_SERVER_ERROR; kafkit takes
// them, and a Java consumer cannot read them. Where there is one block, as up to 4 MiB, it depends on none.
function independent(frame) {
  frame[4] |= 0x20
  frame[6] = xxh32.hash(0, frame, 4, 2) >> 8
  return frame
}

CompressionCodecs[CompressionTypes.Snappy] = SnappyCodec
CompressionCodecs[CompressionTypes.LZ4] = () => ({
  compress: async encoder => independent(Buffer.from(lz4.compress(encoder.buffer))),
  decompress: async buffer => Buffer.from(lz4.decompress(buffer)),
})
const zstd = new Promise(resolve => ZstdCodec.run(found => resolve(new found.Streaming())))
CompressionCodecs[CompressionTypes.ZSTD] = () => ({
  compress: async encoder => Buffer.from((await zstd).compress(encoder.buffer)),
  decompress: async buffer => Buffer.from((await zstd).decompress(buffer)),
})

const kafka = new Kafka({ brokers: [BROKER], clientId: 'interop', logLevel: logLevel.NOTHING, retry })
const admin = kafka.admin()
const cluster = new Cluster({
  logger: createLogger({ level: logLevel.NOTHING, logCreator: LoggerConsole }),
  socketFactory: socketFactory(),
  brokers: [BROKER],
  clientId: 'interop',
  connectionTimeout: 5000,
  authenticationTimeout: 5000,
  reauthenticationThreshold: 10000,
  requestTimeout: 40000,
  metadataMaxAge: 300000,
  retry,
})

const named = what => `${what}-${randomBytes(4).toString('hex')}`

async function created(topic, numPartitions = 1, configs = {}) {
  const configEntries = Object.entries(configs).map(([name, value]) => ({ name, value }))
  assert(await admin.createTopics({ topics: [{ topic, numPartitions, configEntries }] }), `${topic} was there`)
  return topic
}

async function produced(topic, messages, { settings = {}, ...rest } = {}) {
  const producer = kafka.producer({ retry, ...settings })
  await producer.connect()
  try {
    messages = messages.map(message => ({ partition: 0, ...message }))
    return await producer.send({ topic, messages, ...rest })
  } finally {
    await producer.disconnect()
  }
}

async function fetched(topic, fetchOffset, { partition = 0, maxBytes = 1048576, ...rest } = {}) {
  const partitions = [{ partition, fetchOffset: String(fetchOffset), maxBytes }]
  const answer = await (await cluster.findControllerBroker()).fetch({ replicaId: -1, isolationLevel: 0, topics: [{ topic, partitions }], ...rest })
  return answer.responses.flatMap(response => response.partitions.flatMap(found => found.messages))
}

async function consumed(topic, count, { offset = 0, ...rest } = {}) {
  const messages = []
  while (messages.length < count) {
    const more = (await fetched(topic, offset, rest)).filter(message => Number(message.offset) >= offset)
    assert(more.length > 0, `nothing at offset ${offset}, after ${messages.length} messages of ${count}`)
    messages.push(...more)
    offset = Number(more[more.length - 1].offset) + 1
  }
  assert.equal(messages.length, count)
  return messages
}

const texts = messages => messages.map(message => message.value && message.value.toString())
const refused = (type, promise) => assert.rejects(promise, error => {
  const found = error.type || (error.errors && error.errors[0].type) || (error.cause && error.cause.type)
  assert.equal(found, type, String(error))
  return true
})
const range = count => Array.from({ length: count }, (_, i) => i)
// What a client leaves for the others in a topic for each codec, as suite.py has it.
const left = client => range(100).map(i => `${i} of ${client}`)
const type = codec => ({ none: 0, gzip: 1, snappy: 2, lz4: 3, zstd: 4 })[codec]

const cases = {
  'create topic': async () => {
    const topic = await created(named('create'), 3)
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] })
    assert.deepEqual(topics[0].partitions.map(one => one.partitionId).sort(), [0, 1, 2])
    assert.equal(await admin.createTopics({ topics: [{ topic }] }), false)
    await refused('INVALID_CONFIG', created(named('wrong'), 1, { 'retention.ms': 'soon' }))
  },
  'topic on demand': async () => {
    const topic = named('on-demand')
    // Without tries of its own it would take a topic that is just being made for none.
    await produced(topic, [{ value: 'first' }], { settings: { retry: { retries: 3 } } })
    assert.deepEqual(texts(await consumed(topic, 1)), ['first'])
  },
  'produce, consume': async () => {
    const topic = await created(named('plain'), 2)
    const values = range(1000).map(i => `value ${i}`)
    const [report] = await produced(topic, values.map(value => ({ key: 'k', value, partition: 1 })))
    assert.equal(report.baseOffset, '0')
    const messages = await consumed(topic, 1000, { partition: 1 })
    assert.deepEqual(texts(messages), values)
    assert.equal(messages[999].offset, '999')
    assert.equal(messages[0].key.toString(), 'k')
  },
}
for (const codec of CODECS) {
  const values = range(300).map(i => `${i} ${'again '.repeat(30)}`)
  cases[codec] = async () => {
    const topic = await created(named(codec))
    await produced(topic, values.map(value => ({ value })), { compression: type(codec) })
    assert.deepEqual(texts(await consumed(topic, 300)), values)
  }
  cases[`${codec} by the broker`] = async () => {
    const kind = codec === 'none' ? 'uncompressed' : codec
    const topic = await created(named(`broker-${codec}`), 1, { 'compression.type': kind })
    await produced(topic, values.map(value => ({ value })), { compression: codec === 'none' ? 1 : 0 })
    assert.deepEqual(texts(await consumed(topic, 300)), values)
  }
}
Object.assign(cases, {
  'for the others': async () => {
    const messages = left('kafkajs').map(value => ({ value }))
    for (const codec of CODECS) await produced(await created(`from-kafkajs-${codec}`), messages, { compression: type(codec) })
  },
  ...(BEFORE.length && {
    'from the others': async () => {
      for (const client of BEFORE) {
        for (const codec of CODECS) assert.deepEqual(texts(await consumed(`from-${client}-${codec}`, 100)), left(client))
      }
    },
  }),
  '1 MB': async () => {
    const topic = await created(named('mb'))
    const value = 'x'.repeat(1000000)
    await produced(topic, [{ value }])
    assert(texts(await consumed(topic, 1))[0] === value)
  },
  'over the limit': async () => {
    const topic = await created(named('over'))
    await refused('MESSAGE_TOO_LARGE', produced(topic, [{ value: 'x'.repeat(1100000) }]))
  },
  '10 MB': async () => {
    const topic = await created(named('ten'), 1, { 'max.message.bytes': '10500000' })
    const value = '0123456789'.repeat(1000000)
    await produced(topic, [{ value }])
    assert(texts(await consumed(topic, 1, { maxBytes: 1000 }))[0] === value)
  },
  'invalid names': async () => {
    for (const name of ['grün', '日本', 'a b', 'a/b', '..', 'x'.repeat(250)]) {
      await refused('INVALID_TOPIC_EXCEPTION', created(name))
    }
  },
  'idempotent': async () => {
    const topic = await created(named('idempotent'))
    const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1, retry: { retries: 5 } })
    await producer.connect()
    for (const i of range(50)) await producer.send({ topic, acks: -1, messages: [{ value: `${i}`, partition: 0 }] })
    await producer.disconnect()
    assert.deepEqual(texts(await consumed(topic, 50)), range(50).map(String))
  },
  'pipelined': async () => {
    const topic = await created(named('pipelined'))
    const producer = kafka.producer({ maxInFlightRequests: 50, retry })
    await producer.connect()
    const reports = await Promise.all(
      range(500).map(i => producer.send({ topic, messages: [{ value: `${i}`, partition: 0 }] }))
    )
    await producer.disconnect()
    assert.deepEqual(reports.map(([report]) => Number(report.baseOffset)).sort((a, b) => a - b), range(500))
    const values = texts(await consumed(topic, 500))
    for (const i of range(500)) assert.equal(values[Number(reports[i][0].baseOffset)], `${i}`)
  },
  'acks 0 and 1': async () => {
    const topic = await created(named('acks'))
    await produced(topic, [{ value: 'none' }], { acks: 0 })
    await produced(topic, [{ value: 'one' }], { acks: 1 })
    assert.deepEqual(texts(await consumed(topic, 2)), ['none', 'one'])
  },
  'long poll': async () => {
    const topic = await created(named('poll'))
    let start = Date.now()
    assert.deepEqual(await fetched(topic, 0, { maxWaitTime: 700 }), [])
    assert(Date.now() - start >= 690, `waited for ${Date.now() - start} ms only`)
    start = Date.now()
    const waiting = fetched(topic, 0, { maxWaitTime: 20000 })
    setTimeout(() => produced(topic, [{ value: 'wake' }]), 300)
    assert.deepEqual(texts(await waiting), ['wake'])
    assert(Date.now() - start < 5000, `woken after ${Date.now() - start} ms`)
  },
  'by timestamp': async () => {
    const topic = await created(named('time'))
    await produced(topic, range(10).map(i => ({ value: `${i}`, timestamp: String(1700000000000 + i * 1000) })))
    const at = async time => (await admin.fetchTopicOffsetsByTimestamp(topic, time))[0].offset
    assert.deepEqual([await at(1700000003000), await at(1700000003001), await at(1600000000000)], ['3', '4', '0'])
    const [offsets] = await admin.fetchTopicOffsets(topic)
    assert.deepEqual([offsets.low, offsets.high], ['0', '10'])
  },
  'headers': async () => {
    const topic = await created(named('headers'))
    await produced(topic, [{ value: 'v', headers: { a: ['1', '2'], empty: '', größe: 'ß' } }])
    const [{ headers }] = await consumed(topic, 1)
    assert.deepEqual(JSON.parse(JSON.stringify({ a: headers.a.map(String), empty: String(headers.empty), größe: String(headers['größe']) })),
      { a: ['1', '2'], empty: '', größe: 'ß' })
  },
  'tombstones': async () => {
    const topic = await created(named('tombstones'), 1, { 'cleanup.policy': 'compact' })
    await produced(topic, [{ key: 'k', value: 'v' }, { key: 'k', value: null }])
    assert.deepEqual(texts(await consumed(topic, 2)), ['v', null])
  },
  'partitions': async () => {
    const topic = await created(named('grow'))
    await admin.createPartitions({ topicPartitions: [{ topic, count: 4 }] })
    assert.equal((await admin.fetchTopicMetadata({ topics: [topic] })).topics[0].partitions.length, 4)
    await refused('INVALID_PARTITIONS', admin.createPartitions({ topicPartitions: [{ topic, count: 2 }] }))
  },
  'configurations': async () => {
    const name = await created(named('configured'))
    const resource = { type: ConfigResourceTypes.TOPIC, name }
    // kafkajs knows the old AlterConfigs only, which replaces all of them.
    await admin.alterConfigs({ resources: [{ ...resource, configEntries: [{ name: 'retention.ms', value: '1000' }] }] })
    await admin.alterConfigs({ resources: [{ ...resource, configEntries: [{ name: 'max.message.bytes', value: '2000' }] }] })
    const { resources } = await admin.describeConfigs({ resources: [resource], includeSynonyms: true })
    const value = key => resources[0].configEntries.find(entry => entry.configName === key).configValue
    assert.deepEqual([value('max.message.bytes'), value('retention.ms')], ['2000', '604800000'])
  },
  'delete records': async () => {
    const topic = await created(named('cut'))
    await produced(topic, range(10).map(i => ({ value: `${i}` })))
    // It looks for leaders in what it knows already, so it has to be asked for this topic before.
    assert.equal((await admin.fetchTopicOffsets(topic))[0].low, '0')
    await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '4' }] })
    assert.equal((await admin.fetchTopicOffsets(topic))[0].low, '4')
    await refused('OFFSET_OUT_OF_RANGE', fetched(topic, 2))
  },
  'cluster': async () => {
    const { brokers, controller, clusterId } = await admin.describeCluster()
    assert.deepEqual(brokers.map(({ host, port }) => `${host}:${port}`), [BROKER])
    assert.equal(controller, brokers[0].nodeId)
    assert(clusterId.length > 10)
  },
  'delete topic': async () => {
    const topic = await created(named('gone'))
    await admin.deleteTopics({ topics: [topic] })
    assert(!(await admin.listTopics()).includes(topic))
    await refused('UNKNOWN_TOPIC_OR_PARTITION', admin.deleteTopics({ topics: [topic] }))
  },
})

async function main() {
  let failed = 0
  await admin.connect()
  await cluster.connect()
  await cluster.refreshMetadata()
  // Those of groups come last.
  Object.assign(cases, require('./kafkajs_groups')({ kafka, admin, created, produced, named }))
  for (const [name, run] of Object.entries(cases)) {
    if (process.argv.length > 2 && !process.argv.includes(name)) continue
    const start = process.hrtime.bigint()
    let error = null
    let timer
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error(`not done after ${SECONDS_MAX} s`)), SECONDS_MAX * 1000)
    })
    try {
      await Promise.race([run(), late])
    } catch (caught) {
      error = String(caught.message || caught)
      failed++
      console.log(`kafkajs: ${name}: FAILED\n${caught.stack}`)
    } finally {
      clearTimeout(timer)
    }
    const seconds = Number(process.hrtime.bigint() - start) / 1e9
    fs.appendFileSync(process.env.RESULTS, JSON.stringify({ client: 'kafkajs', case: name, error, seconds }) + '\n')
  }
  process.exit(failed ? 1 : 0)
}

main().catch(error => {
  console.log(`kafkajs: ${error.stack}`)
  process.exit(1)
})
