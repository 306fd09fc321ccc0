package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/IBM/sarama"
)

var saramaCodecs = map[string]sarama.CompressionCodec{
	"none": sarama.CompressionNone, "gzip": sarama.CompressionGZIP, "snappy": sarama.CompressionSnappy,
	"lz4": sarama.CompressionLZ4, "zstd": sarama.CompressionZSTD,
}

var saramaStrategies = map[string]func() sarama.BalanceStrategy{
	"range": sarama.NewBalanceStrategyRange, "sticky": sarama.NewBalanceStrategySticky,
	"cooperative-sticky": sarama.NewBalanceStrategyCooperativeSticky,
}

func saramaConfig() *sarama.Config {
	config := sarama.NewConfig()
	config.Version = sarama.V4_3_1_0
	config.Producer.Return.Successes = true
	config.Producer.Partitioner = sarama.NewManualPartitioner
	config.Producer.Retry.Max = 0
	config.Consumer.MaxWaitTime = 100 * time.Millisecond
	config.Consumer.Offsets.Initial = sarama.OffsetOldest
	config.Consumer.Offsets.AutoCommit.Interval = 200 * time.Millisecond
	config.Consumer.Group.Rebalance.Retry.Backoff = 100 * time.Millisecond
	config.Consumer.Group.Session.Timeout = 6 * time.Second
	config.Consumer.Group.Heartbeat.Interval = 500 * time.Millisecond
	return config
}

type saramaSuite struct{ admin sarama.ClusterAdmin }

func (s *saramaSuite) created(topic string, partitions int32, configs map[string]*string) string {
	succeeds(s.admin.CreateTopic(topic, &sarama.TopicDetail{NumPartitions: partitions, ReplicationFactor: 1, ConfigEntries: configs}, false))
	return topic
}

func messages(topic string, partition int32, values []string) []*sarama.ProducerMessage {
	return each(values, func(value string) *sarama.ProducerMessage {
		return &sarama.ProducerMessage{Topic: topic, Partition: partition, Value: sarama.StringEncoder(value)}
	})
}

// produced sends all of them and waits; the offsets, as each message was told its own.
func (s *saramaSuite) produced(config *sarama.Config, sent []*sarama.ProducerMessage) []int64 {
	producer := must(sarama.NewSyncProducer([]string{broker}, config))
	defer producer.Close()
	succeeds(producer.SendMessages(sent))
	return each(sent, func(message *sarama.ProducerMessage) int64 { return message.Offset })
}

func (s *saramaSuite) consumed(ctx context.Context, topic string, count int, from int64) []*sarama.ConsumerMessage {
	consumer := must(sarama.NewConsumer([]string{broker}, saramaConfig()))
	defer consumer.Close()
	reader := must(consumer.ConsumePartition(topic, 0, from))
	defer reader.Close()
	var got []*sarama.ConsumerMessage
	for len(got) < count {
		select {
		case message := <-reader.Messages():
			got = append(got, message)
		case <-ctx.Done():
			fail("%d messages of %d", len(got), count)
		}
	}
	return got
}

func saramaValues(got []*sarama.ConsumerMessage) []string {
	return each(got, func(message *sarama.ConsumerMessage) string { return string(message.Value) })
}

func saramas() suite {
	return &saramaSuite{must(sarama.NewClusterAdmin([]string{broker}, saramaConfig()))}
}

func (s *saramaSuite) cases() []test {
	cases := []test{
		{"create topic", func(ctx context.Context) {
			topic := s.created(named("create"), 3, nil)
			equal(must(s.admin.ListTopics())[topic].NumPartitions, int32(3), "partitions")
			err := s.admin.CreateTopic(topic, &sarama.TopicDetail{NumPartitions: 1, ReplicationFactor: 1}, false)
			refused(err, sarama.ErrTopicAlreadyExists)
		}},
		{"produce, consume", func(ctx context.Context) {
			topic := s.created(named("plain"), 1, nil)
			sent := lines(1000, "plain")
			equal(s.produced(saramaConfig(), messages(topic, 0, sent)), numbers(0, 1000), "offsets")
			equal(saramaValues(s.consumed(ctx, topic, 1000, 0)), sent, "values")
			equal(saramaValues(s.consumed(ctx, topic, 1, 999)), sent[999:], "the last")
		}},
	}
	compressed := func(codec, topic string, sent []string) {
		config := saramaConfig()
		config.Producer.Compression = saramaCodecs[codec]
		s.produced(config, messages(s.created(topic, 1, nil), 0, sent))
	}
	for _, codec := range codecs {
		cases = append(cases, test{codec, func(ctx context.Context) {
			topic, sent := named(codec), lines(300, strings.Repeat("again ", 30))
			compressed(codec, topic, sent)
			equal(saramaValues(s.consumed(ctx, topic, 300, 0)), sent, "values")
		}})
	}
	cases = append(cases, test{"for the others", func(ctx context.Context) {
		for _, codec := range codecs {
			compressed(codec, "from-sarama-"+codec, left("sarama"))
		}
	}})
	cases = append(cases, fromTheOthers(func(ctx context.Context, topic string, count int) []string {
		return saramaValues(s.consumed(ctx, topic, count, 0))
	})...)
	cases = append(cases, s.rest()...)
	return append(cases, s.groups()...)
}

func (s *saramaSuite) rest() []test {
	return []test{
		{"over the limit", func(ctx context.Context) {
			topic, config := s.created(named("over"), 1, nil), saramaConfig()
			config.Producer.MaxMessageBytes = 2000000
			producer := must(sarama.NewSyncProducer([]string{broker}, config))
			defer producer.Close()
			_, _, err := producer.SendMessage(messages(topic, 0, []string{strings.Repeat("x", 1048588)})[0])
			refused(err, sarama.ErrMessageSizeTooLarge)
		}},
		{"idempotent", func(ctx context.Context) {
			topic, config := s.created(named("idempotent"), 1, nil), saramaConfig()
			config.Producer.Idempotent, config.Net.MaxOpenRequests = true, 1
			config.Producer.RequiredAcks, config.Producer.Retry.Max, config.Producer.Flush.MaxMessages = sarama.WaitForAll, 3, 50
			sent := lines(2000, "idempotent")
			equal(s.produced(config, messages(topic, 0, sent)), numbers(0, 2000), "offsets")
			equal(saramaValues(s.consumed(ctx, topic, 2000, 0)), sent, "values")
		}},
		{"by timestamp", func(ctx context.Context) {
			topic := s.created(named("time"), 1, nil)
			sent := messages(topic, 0, lines(10, "time"))
			for i, message := range sent {
				message.Timestamp = time.UnixMilli(1700000000000 + int64(i)*1000)
			}
			s.produced(saramaConfig(), sent)
			for asked, offset := range map[int64]int64{1700000003001: 4, 1600000000000: 0, sarama.OffsetNewest: 10, sarama.OffsetOldest: 0} {
				found := must(s.admin.ListOffsets(map[string]map[int32]int64{topic: {0: asked}}, nil))[topic][0]
				equal(found.Offset, offset, fmt.Sprintf("at %d", asked))
			}
		}},
		{"headers", func(ctx context.Context) {
			topic := s.created(named("headers"), 1, nil)
			message := messages(topic, 0, []string{"v"})[0]
			message.Headers = []sarama.RecordHeader{
				{Key: []byte("a"), Value: []byte("1")}, {Key: []byte("a"), Value: []byte("2")}, {Key: []byte("größe"), Value: []byte("ß")},
			}
			s.produced(saramaConfig(), []*sarama.ProducerMessage{message})
			got := s.consumed(ctx, topic, 1, 0)[0].Headers
			equal(len(got), 3, "headers")
			for i, header := range got {
				equal(*header, message.Headers[i], "header")
			}
		}},
		{"partitions", func(ctx context.Context) {
			topic := s.created(named("grow"), 1, nil)
			succeeds(s.admin.CreatePartitions(topic, 4, nil, false))
			equal(must(s.admin.ListTopics())[topic].NumPartitions, int32(4), "partitions")
			refused(s.admin.CreatePartitions(topic, 2, nil, false), sarama.ErrInvalidPartitions)
		}},
		{"configurations", func(ctx context.Context) {
			limit := "2000"
			topic := s.created(named("configured"), 1, nil)
			value := func(key string) string {
				entries := must(s.admin.DescribeConfig(sarama.ConfigResource{Type: sarama.TopicResource, Name: topic, ConfigNames: []string{key}}))
				return entries[0].Value
			}
			change := map[string]sarama.IncrementalAlterConfigsEntry{"max.message.bytes": {Operation: sarama.IncrementalAlterConfigsOperationSet, Value: &limit}}
			succeeds(s.admin.IncrementalAlterConfig(sarama.TopicResource, topic, change, false))
			equal([]string{value("max.message.bytes"), value("retention.ms")}, []string{"2000", "604800000"}, "changed")
		}},
		{"delete records", func(ctx context.Context) {
			topic := s.created(named("cut"), 1, nil)
			s.produced(saramaConfig(), messages(topic, 0, lines(10, "cut")))
			succeeds(s.admin.DeleteRecords(topic, map[int32]int64{0: 4}))
			equal(saramaValues(s.consumed(ctx, topic, 6, sarama.OffsetOldest)), lines(10, "cut")[4:], "what is left")
		}},
		{"cluster", func(ctx context.Context) {
			brokers, controller, err := s.admin.DescribeCluster()
			succeeds(err)
			equal([]any{len(brokers), brokers[0].Addr(), controller}, []any{1, broker, brokers[0].ID()}, "cluster")
		}},
		{"delete topic", func(ctx context.Context) {
			topic := s.created(named("gone"), 1, nil)
			succeeds(s.admin.DeleteTopic(topic))
			_, there := must(s.admin.ListTopics())[topic]
			equal(there, false, "still there")
			refused(s.admin.DeleteTopic(topic), sarama.ErrUnknownTopicOrPartition)
		}},
	}
}

// saramaPeer handles its claims until it is stopped; a claim is what it has.
type saramaPeer struct {
	*owned
	topic  string
	group  sarama.ConsumerGroup
	cancel context.CancelFunc
	done   chan struct{}
	handle func(sarama.ConsumerGroupSession, *sarama.ConsumerMessage)
}

func (p *saramaPeer) Setup(sarama.ConsumerGroupSession) error   { return nil }
func (p *saramaPeer) Cleanup(sarama.ConsumerGroupSession) error { return nil }

func (p *saramaPeer) ConsumeClaim(session sarama.ConsumerGroupSession, claim sarama.ConsumerGroupClaim) error {
	p.gain([]int32{claim.Partition()})
	defer p.lose([]int32{claim.Partition()})
	for message := range claim.Messages() {
		p.handle(session, message)
		p.read(message.Partition, message.Offset)
	}
	return nil
}

func (s *saramaSuite) peer(group, topic string, change func(*sarama.Config, *saramaPeer)) *saramaPeer {
	config := saramaConfig()
	peer := &saramaPeer{owned: newOwned(), topic: topic, done: make(chan struct{})}
	peer.handle = func(session sarama.ConsumerGroupSession, message *sarama.ConsumerMessage) {
		session.MarkMessage(message, "")
	}
	if change != nil {
		change(config, peer)
	}
	peer.group = must(sarama.NewConsumerGroup([]string{broker}, group, config))
	ctx, cancel := context.WithCancel(context.Background())
	peer.cancel = cancel
	go func() {
		defer close(peer.done)
		// It comes back for each rebalance.
		for ctx.Err() == nil && peer.failure() == nil {
			if err := peer.group.Consume(ctx, []string{topic}, peer); ctx.Err() == nil {
				peer.fail(err)
			}
		}
	}()
	return peer
}

func (p *saramaPeer) stop() {
	p.cancel()
	<-p.done
	p.group.Close()
}

func (s *saramaSuite) filled(_ context.Context, partitions int32) string {
	topic := s.created(named("grouped"), partitions, nil)
	for partition := range partitions {
		s.produced(saramaConfig(), messages(topic, partition, lines(10, "grouped")))
	}
	return topic
}

func (s *saramaSuite) join(group, topic, instance, protocol string) member {
	return s.peer(group, topic, func(config *sarama.Config, _ *saramaPeer) {
		config.Consumer.Group.InstanceId = instance
		config.Consumer.Group.Rebalance.GroupStrategies = []sarama.BalanceStrategy{saramaStrategies[protocol]()}
	})
}

func (s *saramaSuite) described(_ context.Context, group string) groupState {
	found := must(s.admin.DescribeConsumerGroups([]string{group}))[0]
	return groupState{found.State, found.Protocol, len(found.Members)}
}

func (s *saramaSuite) committed(group string) map[int32]string {
	found := map[int32]string{}
	for _, partitions := range must(s.admin.ListConsumerGroupOffsets(group, nil)).Blocks {
		for partition, block := range partitions {
			found[partition] = fmt.Sprintf("%d %s", block.Offset, block.Metadata)
		}
	}
	return found
}

func (s *saramaSuite) groups() []test {
	return []test{
		{"group: two members", func(ctx context.Context) { growAndShrink(ctx, s, 2, "range") }},
		{"group: five members", func(ctx context.Context) { growAndShrink(ctx, s, 5, "sticky") }},
		{"group: cooperative", func(ctx context.Context) { growAndShrink(ctx, s, 3, "cooperative-sticky") }},
		{"group: static restart", func(ctx context.Context) {
			staticRestart(ctx, s, sarama.ErrFencedInstancedId, func(group string, instances ...string) {
				must(s.admin.RemoveMemberFromConsumerGroup(group, instances))
			})
		}},
		{"group: killed member", func(ctx context.Context) { killedMember(ctx, s, "sarama") }},
		{"group: commits", func(ctx context.Context) {
			topic, group := s.filled(ctx, 1), named("commits")
			member := s.peer(group, topic, func(config *sarama.Config, peer *saramaPeer) {
				config.Consumer.Offsets.AutoCommit.Enable = false
				peer.handle = func(session sarama.ConsumerGroupSession, message *sarama.ConsumerMessage) {
					if message.Offset == 3 {
						session.MarkMessage(message, "größe")
						session.Commit()
					}
				}
			})
			until(func() any { return s.committed(group) }, func() bool { return s.committed(group)[0] == "4 größe" })
			until(func() any { return member.count() }, func() bool { return member.count() == 10 })
			member.stop()
			// The next one goes on where the last one was.
			member = s.peer(group, topic, nil)
			until(func() any { return s.committed(group) }, func() bool { return strings.HasPrefix(s.committed(group)[0], "10 ") })
			equal(member.count(), 6, "records read by the next")
			member.stop()
		}},
		{"group: never committed", func(ctx context.Context) {
			topic, group := s.filled(ctx, 1), named("never")
			equal(s.committed(group), map[int32]string{}, "committed")
			// What is to be done then decides where a reader begins.
			early := s.peer(named("never"), topic, nil)
			until(func() any { return early.count() }, func() bool { return early.count() == 10 })
			early.stop()
			first := make(chan int64, 1)
			late := s.peer(group, topic, func(config *sarama.Config, peer *saramaPeer) {
				config.Consumer.Offsets.Initial = sarama.OffsetNewest
				peer.handle = func(_ sarama.ConsumerGroupSession, message *sarama.ConsumerMessage) {
					select {
					case first <- message.Offset:
					default:
					}
				}
			})
			// What is produced before it has looked for the end is none of its business.
			for ctx.Err() == nil && len(first) == 0 {
				s.produced(saramaConfig(), messages(topic, 0, lines(1, "late")))
				time.Sleep(50 * time.Millisecond)
			}
			got := <-first
			equal(got >= 10, true, fmt.Sprintf("from the end: %d", got))
			late.stop()
		}},
		{"group: seek, pause", func(ctx context.Context) {
			topic, group := s.filled(ctx, 1), named("seek")
			// It seeks back by committing: the next of the group begins there.
			member := s.peer(group, topic, func(config *sarama.Config, peer *saramaPeer) {
				config.Consumer.Offsets.AutoCommit.Enable = false
				peer.handle = func(session sarama.ConsumerGroupSession, message *sarama.ConsumerMessage) {
					if session.MarkMessage(message, ""); message.Offset == 9 {
						session.ResetOffset(topic, 0, 4, "")
						session.Commit()
					}
				}
			})
			until(func() any { return member.count() }, func() bool { return member.count() == 10 })
			until(func() any { return s.committed(group) }, func() bool { return s.committed(group)[0] == "4 " })
			member.group.PauseAll()
			// The fetch that is under way is not told of it.
			time.Sleep(5 * saramaConfig().Consumer.MaxWaitTime)
			s.produced(saramaConfig(), messages(topic, 0, lines(1, "more")))
			time.Sleep(time.Second)
			equal(member.count(), 10, "while it is paused")
			member.group.ResumeAll()
			until(func() any { return member.count() }, func() bool { return member.count() == 11 })
			member.stop()
			member = s.peer(group, topic, nil)
			until(func() any { return s.committed(group) }, func() bool { return s.committed(group)[0] == "11 " })
			equal(member.count(), 7, "records read by the next")
			member.stop()
		}},
		{"group: reset offsets", func(ctx context.Context) {
			topic, group := s.filled(ctx, 2), named("reset")
			offsets := map[string]map[int32]sarama.OffsetAndMetadata{topic: {0: {Offset: 3, Metadata: "größe", LeaderEpoch: -1}, 1: {Offset: 4, LeaderEpoch: -1}}}
			must(s.admin.AlterConsumerGroupOffsets(group, offsets, nil))
			equal(s.committed(group), map[int32]string{0: "3 größe", 1: "4 "}, "altered")
			member := s.peer(group, topic, nil)
			// It begins where it was told to.
			until(func() any { return member.count() }, func() bool { return member.count() == 13 })
			member.stop()
			equal(s.committed(group), map[int32]string{0: "10 ", 1: "10 "}, "when it has left")
		}},
		{"group: delete offsets", func(ctx context.Context) {
			topic, group := s.filled(ctx, 2), named("cut")
			member := s.peer(group, topic, nil)
			until(func() any { return member.count() }, func() bool { return member.count() == 20 })
			refused(s.admin.DeleteConsumerGroupOffset(group, topic, 0), sarama.ErrGroupSubscribedToTopic)
			member.stop()
			succeeds(s.admin.DeleteConsumerGroupOffset(group, topic, 0))
			equal(s.committed(group), map[int32]string{1: "10 "}, "deleted")
		}},
		{"group: list, describe", func(ctx context.Context) {
			topic, group := s.filled(ctx, 2), named("listed")
			member := s.peer(group, topic, func(config *sarama.Config, _ *saramaPeer) { config.ClientID = "described" })
			shared([]*saramaPeer{member}, 2)
			equal(must(s.admin.ListConsumerGroups())[group], "consumer", "listed")
			members := must(s.admin.DescribeConsumerGroups([]string{group}))[0].Members
			equal(len(members), 1, "members")
			for _, only := range members {
				equal([]any{only.ClientId, only.ClientHost}, []any{"described", "/127.0.0.1"}, "member")
				equal(must(only.GetMemberAssignment()).Topics, map[string][]int32{topic: {0, 1}}, "what it has")
			}
			member.stop()
		}},
		{"group: delete", func(ctx context.Context) {
			topic, group := s.filled(ctx, 1), named("delete")
			member := s.peer(group, topic, nil)
			shared([]*saramaPeer{member}, 1)
			refused(s.admin.DeleteConsumerGroup(group), sarama.ErrNonEmptyGroup)
			member.stop()
			succeeds(s.admin.DeleteConsumerGroup(group))
			refused(s.admin.DeleteConsumerGroup(group), sarama.ErrGroupIDNotFound)
			_, there := must(s.admin.ListConsumerGroups())[group]
			equal(there, false, "still listed")
		}},
	}
}
