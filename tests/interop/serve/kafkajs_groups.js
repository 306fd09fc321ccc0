// Groups of kafkajs: its consumer shares partitions by a round-robin assignor of its own.
'use strict'

const assert = require('node:assert')
const { spawn } = require('node:child_process')
const { AssignerProtocol } = require('kafkajs')

const PATIENCE = 40000

// Joins, and says how many partitions it has until it is killed.
const KILLED = `
const { Kafka, logLevel } = require('kafkajs')
const [broker, groupId, topic] = process.argv.slice(1)
const consumer = new Kafka({ brokers: [broker], logLevel: logLevel.NOTHING }).consumer({ groupId, sessionTimeout: 6000, heartbeatInterval: 500 })
consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => console.log((payload.memberAssignment[topic] || []).length))
consumer.connect().then(() => consumer.subscribe({ topic })).then(() => consumer.run({ eachMessage: async () => {} }))`

module.exports = ({ kafka, admin, created, produced, named }) => {
  const range = count => [...Array(count).keys()]

  async function until(what, holds) {
    const end = Date.now() + PATIENCE
    while (!await holds()) {
      assert(Date.now() < end, `waited in vain: ${JSON.stringify(what())}`)
      await new Promise(resolve => setTimeout(resolve, 50))
    }
  }

  async function filled(partitions = 6, each = 10) {
    const topic = await created(named('grouped'), partitions)
    const messages = range(partitions).flatMap(partition => range(each).map(i => ({ partition, value: `${i}` })))
    await produced(topic, messages)
    return topic
  }

  const committed = async (groupId, topic) => (await admin.fetchOffsets({ groupId, topics: [topic] }))[0].partitions[0].offset

  async function member(groupId, topic, settings = {}, fromBeginning = true) {
    const consumer = kafka.consumer({ groupId, sessionTimeout: 6000, heartbeatInterval: 500, maxWaitTimeInMs: 300, retry: { retries: 5 }, ...settings })
    const one = { consumer, assigned: [], got: [] }
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
      one.assigned = payload.memberAssignment[topic] || []
    })
    await consumer.connect()
    await consumer.subscribe({ topic, fromBeginning })
    await consumer.run({ autoCommitInterval: 200, eachMessage: async ({ partition, message }) => { one.got.push(`${partition}/${message.offset}`) } })
    return one
  }

  async function shared(members, partitions = 6) {
    const told = () => members.map(one => one.assigned)
    await until(told, () => {
      const all = told().flat().sort((a, b) => a - b)
      return told().every(one => one.length) && all.join() === range(partitions).join()
    })
  }

  async function growAndShrink(count) {
    const [topic, group] = [await filled(), named('group')]
    const members = []
    for (const _ of range(count)) {
      members.push(await member(group, topic))
      await shared(members)
    }
    const everybody = [...members]
    const { groups } = await admin.describeGroups([group])
    assert.deepEqual([groups[0].state, groups[0].members.length], ['Stable', count])
    while (members.length > 1) {
      await members.shift().consumer.disconnect()
      await shared(members)
    }
    const got = () => new Set(everybody.flatMap(one => one.got))
    await until(() => got().size, () => got().size === 60)
    await members[0].consumer.disconnect()
  }

  return {
    'group: two members': () => growAndShrink(2),
    'group: five members': () => growAndShrink(5),
    'group: commits': async () => {
      const [topic, group] = [await filled(1), named('commits')]
      await admin.setOffsets({ groupId: group, topic, partitions: [{ partition: 0, offset: '3' }] })
      const fetched = async () => (await admin.fetchOffsets({ groupId: group, topics: [topic] }))[0].partitions[0]
      assert.equal((await fetched()).offset, '3')
      const one = await member(group, topic, {})
      await until(() => one.got, () => one.got.length === 7)
      await one.consumer.commitOffsets([{ topic, partition: 0, offset: '9', metadata: 'größe' }])
      const { offset, metadata } = await fetched()
      assert.deepEqual([offset, metadata], ['9', 'größe'])
      await one.consumer.disconnect()
    },
    'group: killed member': async () => {
      const [topic, group] = [await filled(), named('killed')]
      const one = await member(group, topic)
      await shared([one])
      const other = spawn(process.execPath, ['-e', KILLED, process.env.BROKER, group, topic])
      let said = ''
      other.stdout.on('data', data => { said += data })
      await until(() => [said, one.assigned], () => said.endsWith('3\n') && one.assigned.length === 3)
      const start = Date.now()
      other.kill('SIGKILL')
      await shared([one])
      const took = Date.now() - start
      assert(took > 4000 && took < 12000, `taken over after ${took} ms`)
      await one.consumer.disconnect()
    },
    'group: never committed': async () => {
      const [topic, group] = [await filled(1), named('never')]
      assert.equal(await committed(group, topic), '-1')
      // What is to be done then decides where a reader begins: this one reads what is new only.
      const late = await member(group, topic, {}, false)
      await until(() => late.assigned, () => late.assigned.length === 1)
      await until(() => late.got, async () => {
        await produced(topic, [{ value: 'late' }])
        return late.got.length > 0
      })
      assert(Number(late.got[0].split('/')[1]) >= 10, `begins at ${late.got[0]}`)
      await late.consumer.disconnect()
    },
    'group: lag': async () => {
      const [topic, group] = [await filled(1), named('lag')]
      const one = await member(group, topic)
      await until(() => one.got, () => one.got.length === 10)
      await one.consumer.disconnect()
      await produced(topic, range(7).map(i => ({ value: `${i}` })))
      // It tells both, and leaves the difference to who asks.
      const [{ high }] = await admin.fetchTopicOffsets(topic)
      assert.equal(high - await committed(group, topic), 7)
    },
    'group: reset offsets': async () => {
      const [topic, group] = [await filled(1), named('reset')]
      const reset = earliest => admin.resetOffsets({ groupId: group, topic, earliest })
      await reset(false)
      const [{ partitions: [latest] }] = await admin.fetchOffsets({ groupId: group, topics: [topic], resolveOffsets: true })
      assert.equal(latest.offset, '10')
      const one = await member(group, topic)
      await until(() => one.assigned, () => one.assigned.length === 1)
      // Nobody changes the offsets of a group at work; it looks itself.
      await assert.rejects(reset(true), /no running instances, current state: Stable/)
      // A latest that is committed is looked for by whoever joins, each time anew.
      await until(() => one.got, async () => {
        await produced(topic, [{ value: 'late' }])
        return one.got.length > 0
      })
      await one.consumer.disconnect()
      assert(Number(one.got[0].split('/')[1]) >= 10, `begins at ${one.got[0]}`)
    },
    'group: list, describe': async () => {
      const [topic, group] = [await filled(2), named('listed')]
      const one = await member(group, topic)
      await shared([one], 2)
      const listed = async () => (await admin.listGroups()).groups.filter(found => found.groupId === group)
      assert.deepEqual(await listed(), [{ groupId: group, protocolType: 'consumer' }])
      const { groups: [found] } = await admin.describeGroups([group])
      const [{ clientId, clientHost, memberAssignment }] = found.members
      assert.deepEqual([found.state, found.protocol, found.members.length, clientId, clientHost], ['Stable', 'RoundRobinAssigner', 1, 'interop', '/127.0.0.1'])
      assert.deepEqual(AssignerProtocol.MemberAssignment.decode(memberAssignment).assignment, { [topic]: [0, 1] })
      await one.consumer.disconnect()
    },
    'group: delete': async () => {
      const [topic, group] = [await filled(1), named('delete')]
      const one = await member(group, topic)
      await until(() => one.got, () => one.got.length === 10)
      const refused = code => assert.rejects(admin.deleteGroups([group]), error => {
        assert.deepEqual(error.groups.map(found => found.errorCode), [code], String(error))
        return true
      })
      await refused(68) // NON_EMPTY_GROUP
      await one.consumer.disconnect()
      assert.equal(await committed(group, topic), '10')
      await admin.deleteGroups([group])
      assert.equal(await committed(group, topic), '-1')
      await refused(69) // GROUP_ID_NOT_FOUND
    },
    'group: seek, pause': async () => {
      const [topic, group] = [await filled(1), named('seek')]
      const one = await member(group, topic)
      await until(() => one.got, () => one.got.length === 10)
      one.consumer.seek({ topic, partition: 0, offset: '4' })
      await until(() => one.got, () => one.got.length === 16)
      one.consumer.pause([{ topic }])
      one.consumer.seek({ topic, partition: 0, offset: '9' })
      await new Promise(resolve => setTimeout(resolve, 1000))
      assert.equal(one.got.length, 16)
      one.consumer.resume([{ topic }])
      await until(() => one.got, () => one.got.length === 17)
      await one.consumer.disconnect()
    },
  }
}
