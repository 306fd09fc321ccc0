package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/IBM/sarama"
)

var saramaCodecs = map[string]sarama.CompressionCodec{
	"none": sarama.CompressionNone, "gzip": sarama.CompressionGZIP, "snappy": sarama.CompressionSnappy,
	"lz4": sarama.CompressionLZ4, "zstd": sarama.CompressionZSTD,
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
	var made []*sarama.ProducerMessage
	for _, value := range values {
		made = append(made, &sarama.ProducerMessage{Topic: topic, Partition: partition, Value: sarama.StringEncoder(value)})
	}
	return made
}

// produced sends all of them and waits; the offsets, as each message was told its own.
func (s *saramaSuite) produced(config *sarama.Config, sent []*sarama.ProducerMessage) []int64 {
	producer := must(sarama.NewSyncProducer([]string{broker}, config))
	defer producer.Close()
	succeeds(producer.SendMessages(sent))
	var offsets []int64
	for _, message := range sent {
		offsets = append(offsets, message.Offset)
	}
	return offsets
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
	var values []string
	for _, message := range got {
		values = append(values, string(message.Value))
	}
	return values
}

func saramas() []test {
	s := &saramaSuite{must(sarama.NewClusterAdmin([]string{broker}, saramaConfig()))}
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
	got    map[[2]int64]bool
	handle func(sarama.ConsumerGroupSession, *sarama.ConsumerMessage)
	last   error
}

func (p *saramaPeer) Setup(sarama.ConsumerGroupSession) error   { return nil }
func (p *saramaPeer) Cleanup(sarama.ConsumerGroupSession) error { return nil }

func (p *saramaPeer) ConsumeClaim(session sarama.ConsumerGroupSession, claim sarama.ConsumerGroupClaim) error {
	p.gain([]int32{claim.Partition()})
	defer p.lose([]int32{claim.Partition()})
	for message := range claim.Messages() {
		p.handle(session, message)
		p.Lock()
		p.got[[2]int64{int64(message.Partition), message.Offset}] = true
		p.Unlock()
	}
	return nil
}

func (p *saramaPeer) count() int {
	p.Lock()
	defer p.Unlock()
	return len(p.got)
}

func (s *saramaSuite) peer(group, topic string, change func(*sarama.Config, *saramaPeer)) *saramaPeer {
	config := saramaConfig()
	peer := &saramaPeer{owned: newOwned(), topic: topic, got: map[[2]int64]bool{}, done: make(chan struct{})}
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
		for ctx.Err() == nil && peer.last == nil {
			peer.last = peer.group.Consume(ctx, []string{topic}, peer)
		}
	}()
	return peer
}

func (p *saramaPeer) stop() {
	p.cancel()
	<-p.done
	p.group.Close()
}

func (s *saramaSuite) filled(partitions int32) string {
	topic := s.created(named("grouped"), partitions, nil)
	for partition := range partitions {
		s.produced(saramaConfig(), messages(topic, partition, lines(10, "grouped")))
	}
	return topic
}

func (s *saramaSuite) growAndShrink(count int, strategy sarama.BalanceStrategy) {
	topic, group := s.filled(6), named("group")
	balanced := func(config *sarama.Config, _ *saramaPeer) {
		config.Consumer.Group.Rebalance.GroupStrategies = []sarama.BalanceStrategy{strategy}
	}
	var members []*saramaPeer
	for range count {
		members = append(members, s.peer(group, topic, balanced))
		shared(members, 6)
	}
	everybody := slices.Clone(members)
	found := must(s.admin.DescribeConsumerGroups([]string{group}))[0]
	equal([]any{found.State, found.Protocol, len(found.Members)}, []any{"Stable", strategy.Name(), count}, "group")
	// What it kept all the time was taken away in between, unless they share cooperatively.
	equal(len(members[0].returned()) == 0, strategy.Name() == "cooperative-sticky", "nothing revoked and given back")
	for len(members) > 1 {
		members[0].stop()
		members = members[1:]
		shared(members, 6)
	}
	got := func() any {
		all := map[[2]int64]bool{}
		for _, member := range everybody {
			member.Lock()
			for place := range member.got {
				all[place] = true
			}
			member.Unlock()
		}
		return len(all)
	}
	until(got, func() bool { return got() == 60 })
	members[0].stop()
	equal(must(s.admin.DescribeConsumerGroups([]string{group}))[0].State, "Empty", "state")
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
		{"group: two members", func(ctx context.Context) { s.growAndShrink(2, sarama.NewBalanceStrategyRange()) }},
		{"group: five members", func(ctx context.Context) { s.growAndShrink(5, sarama.NewBalanceStrategySticky()) }},
		{"group: cooperative", func(ctx context.Context) { s.growAndShrink(3, sarama.NewBalanceStrategyCooperativeSticky()) }},
		{"group: static restart", func(ctx context.Context) {
			topic, group := s.filled(6), named("static")
			member := func(i int) *saramaPeer {
				return s.peer(group, topic, func(config *sarama.Config, _ *saramaPeer) { config.Consumer.Group.InstanceId = fmt.Sprintf("i%d", i) })
			}
			members := []*saramaPeer{member(0)}
			shared(members, 6)
			members = append(members, member(1))
			shared(members, 6)
			// Within its session it comes back to what it had, and nobody else notices.
			times, had := members[0].times(), members[1].has()
			members[1].stop()
			members[1] = member(1)
			shared(members, 6)
			equal([]any{members[1].has(), members[0].times()}, []any{had, times}, "what it has, and rebalances of the other")
			// Who comes with the same instance takes its place; the one before is fenced.
			usurper := member(1)
			select {
			case <-members[1].done:
			case <-time.After(patience):
				fail("is not fenced")
			}
			refused(members[1].last, sarama.ErrFencedInstancedId)
			members[1].stop()
			members[1] = usurper
			shared(members, 6)
			for _, member := range members {
				member.stop()
			}
			must(s.admin.RemoveMemberFromConsumerGroup(group, []string{"i0", "i1"}))
			equal(must(s.admin.DescribeConsumerGroups([]string{group}))[0].State, "Empty", "state")
		}},
		{"group: killed member", func(ctx context.Context) {
			topic, group := s.filled(6), named("killed")
			members := []*saramaPeer{s.peer(group, topic, nil)}
			shared(members, 6)
			other := child("sarama-member", group, topic)
			until(func() any { return members[0].has() }, func() bool { return len(members[0].has()) == 3 })
			took := killed(other, func() { shared(members, 6) })
			equal(took > 4*time.Second && took < 12*time.Second, true, fmt.Sprintf("taken over after %v", took))
			members[0].stop()
		}},
		{"group: commits", func(ctx context.Context) {
			topic, group := s.filled(1), named("commits")
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
		{"group: seek, pause", func(ctx context.Context) {
			topic, group := s.filled(1), named("seek")
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
			topic, group := s.filled(2), named("reset")
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
			topic, group := s.filled(2), named("cut")
			member := s.peer(group, topic, nil)
			until(func() any { return member.count() }, func() bool { return member.count() == 20 })
			refused(s.admin.DeleteConsumerGroupOffset(group, topic, 0), sarama.ErrGroupSubscribedToTopic)
			member.stop()
			succeeds(s.admin.DeleteConsumerGroupOffset(group, topic, 0))
			equal(s.committed(group), map[int32]string{1: "10 "}, "deleted")
		}},
		{"group: list, describe", func(ctx context.Context) {
			topic, group := s.filled(2), named("listed")
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
			topic, group := s.filled(1), named("delete")
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

// saramaMember is the one that is killed.
func saramaMember(group, topic string) {
	s := &saramaSuite{}
	member := s.peer(group, topic, nil)
	for told := -1; ; time.Sleep(20 * time.Millisecond) {
		if has := len(member.has()); has != told {
			told = has
			fmt.Println(has)
		}
		if member.last != nil && !errors.Is(member.last, context.Canceled) {
			panic(member.last)
		}
	}
}
