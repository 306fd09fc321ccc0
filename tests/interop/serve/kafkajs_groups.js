// Groups of kafkajs: its consumer shares partitions by a round-robin assignor of its own.
'use strict'

const assert = require('node:assert')

const PATIENCE = 40000

module.exports = ({ kafka, admin, created, produced, named }) => {
  const range = count => [...Array(count).keys()]

  async function until(what, holds) {
    const end = Date.now() + PATIENCE
    while (!holds()) {
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

  async function member(groupId, topic, settings = {}) {
    const consumer = kafka.consumer({ groupId, sessionTimeout: 6000, heartbeatInterval: 500, maxWaitTimeInMs: 300, retry: { retries: 5 }, ...settings })
    const one = { consumer, assigned: [], got: [] }
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
      one.assigned = payload.memberAssignment[topic] || []
    })
    await consumer.connect()
    await consumer.subscribe({ topic, fromBeginning: true })
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
      assert((await admin.listGroups()).groups.some(found => found.groupId === group))
      await admin.deleteGroups([group])
      assert.equal((await fetched()).offset, '-1')
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
