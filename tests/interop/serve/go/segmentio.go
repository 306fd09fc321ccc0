package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/segmentio/kafka-go"
)

var segmentioCodecs = map[string]kafka.Compression{"none": 0, "gzip": kafka.Gzip, "snappy": kafka.Snappy, "lz4": kafka.Lz4, "zstd": kafka.Zstd}

type segmentioSuite struct {
	address net.Addr
	client  *kafka.Client
}

func (s *segmentioSuite) created(ctx context.Context, topic string, partitions int) string {
	config := []kafka.TopicConfig{{Topic: topic, NumPartitions: partitions, ReplicationFactor: 1}}
	succeeds(must(s.client.CreateTopics(ctx, &kafka.CreateTopicsRequest{Topics: config})).Errors[topic])
	return topic
}

// fixed puts each message where it says itself.
func fixed(message kafka.Message, _ ...int) int { return message.WriterData.(int) }

func (s *segmentioSuite) produced(ctx context.Context, topic string, partition int, values []string, codec string) {
	writer := &kafka.Writer{
		Addr: s.address, Topic: topic, Balancer: kafka.BalancerFunc(fixed), Compression: segmentioCodecs[codec],
		BatchTimeout: 10 * time.Millisecond, RequiredAcks: kafka.RequireAll, MaxAttempts: 1,
		// One that is shared knows nothing of new partitions for 6 s.
		Transport: &kafka.Transport{},
	}
	defer writer.Close()
	succeeds(writer.WriteMessages(ctx, each(values, func(value string) kafka.Message {
		return kafka.Message{Value: []byte(value), WriterData: partition, Headers: []kafka.Header{{Key: "größe", Value: []byte("ß")}}}
	})...))
}

func (s *segmentioSuite) consumed(ctx context.Context, topic string, count int, from int64) []kafka.Message {
	reader := kafka.NewReader(kafka.ReaderConfig{Brokers: []string{broker}, Topic: topic, MaxWait: 100 * time.Millisecond})
	defer reader.Close()
	succeeds(reader.SetOffset(from))
	var got []kafka.Message
	for len(got) < count {
		got = append(got, must(reader.ReadMessage(ctx)))
	}
	return got
}

func segmentioValues(got []kafka.Message) []string {
	return each(got, func(message kafka.Message) string { return string(message.Value) })
}

func segmentio() suite {
	address := kafka.TCP(broker)
	return &segmentioSuite{address, &kafka.Client{Addr: address, Timeout: 20 * time.Second}}
}

func (s *segmentioSuite) cases() []test {
	cases := []test{
		{"create topic", func(ctx context.Context) {
			topic := s.created(ctx, named("create"), 3)
			found := must(s.client.Metadata(ctx, &kafka.MetadataRequest{Topics: []string{topic}}))
			equal(len(found.Topics[0].Partitions), 3, "partitions")
			again := must(s.client.CreateTopics(ctx, &kafka.CreateTopicsRequest{Topics: []kafka.TopicConfig{{Topic: topic, NumPartitions: 1, ReplicationFactor: 1}}}))
			refused(again.Errors[topic], kafka.TopicAlreadyExists)
		}},
		{"produce, consume", func(ctx context.Context) {
			topic, sent := s.created(ctx, named("plain"), 1), lines(1000, "plain")
			s.produced(ctx, topic, 0, sent, "none")
			equal(segmentioValues(s.consumed(ctx, topic, 1000, 0)), sent, "values")
			equal(segmentioValues(s.consumed(ctx, topic, 1, 999)), sent[999:], "the last")
		}},
	}
	for _, codec := range codecs {
		cases = append(cases, test{codec, func(ctx context.Context) {
			topic, sent := s.created(ctx, named(codec), 1), lines(300, strings.Repeat("again ", 30))
			s.produced(ctx, topic, 0, sent, codec)
			equal(segmentioValues(s.consumed(ctx, topic, 300, 0)), sent, "values")
		}})
	}
	cases = append(cases, test{"for the others", func(ctx context.Context) {
		for _, codec := range codecs {
			s.produced(ctx, s.created(ctx, "from-kafka-go-"+codec, 1), 0, left("kafka-go"), codec)
		}
	}})
	cases = append(cases, fromTheOthers(func(ctx context.Context, topic string, count int) []string {
		return segmentioValues(s.consumed(ctx, topic, count, 0))
	})...)
	return append(cases, s.rest()...)
}

// segmentioPeer reads in a goroutine of its own; what it has is what its generation was given.
type segmentioPeer struct {
	*owned
	group *kafka.ConsumerGroup
	done  chan struct{}
}

func (s *segmentioSuite) peer(group, topic string) *segmentioPeer {
	peer := &segmentioPeer{owned: newOwned(), done: make(chan struct{})}
	peer.group = must(kafka.NewConsumerGroup(kafka.ConsumerGroupConfig{
		ID: group, Brokers: []string{broker}, Topics: []string{topic}, StartOffset: kafka.FirstOffset,
		SessionTimeout: 6 * time.Second, HeartbeatInterval: 500 * time.Millisecond, JoinGroupBackoff: 200 * time.Millisecond,
	}))
	go func() {
		defer close(peer.done)
		for {
			generation, err := peer.group.Next(context.Background())
			if errors.Is(err, kafka.ErrGroupClosed) {
				return
			}
			if err != nil {
				continue
			}
			for _, one := range generation.Assignments[topic] {
				peer.gain([]int32{int32(one.ID)})
				generation.Start(func(ctx context.Context) {
					peer.consume(ctx, generation, topic, one)
					peer.lose([]int32{int32(one.ID)})
				})
			}
		}
	}()
	return peer
}

// consume reads and commits as long as the generation lasts.
func (p *segmentioPeer) consume(ctx context.Context, generation *kafka.Generation, topic string, from kafka.PartitionAssignment) {
	reader := kafka.NewReader(kafka.ReaderConfig{Brokers: []string{broker}, Topic: topic, Partition: from.ID, MaxWait: 100 * time.Millisecond})
	defer reader.Close()
	succeeds(reader.SetOffset(from.Offset))
	for ctx.Err() == nil {
		if message, err := reader.ReadMessage(ctx); err == nil {
			p.read(int32(from.ID), message.Offset)
			generation.CommitOffsets(map[string]map[int]int64{topic: {from.ID: message.Offset + 1}})
		}
	}
}

func (p *segmentioPeer) stop() {
	succeeds(p.group.Close())
	<-p.done
}

func (s *segmentioSuite) committed(ctx context.Context, group, topic string) map[int]string {
	found := must(s.client.OffsetFetch(ctx, &kafka.OffsetFetchRequest{GroupID: group, Topics: map[string][]int{topic: {0, 1}}}))
	succeeds(found.Error)
	offsets := map[int]string{}
	for _, one := range found.Topics[topic] {
		offsets[one.Partition] = fmt.Sprintf("%d %s", one.CommittedOffset, one.Metadata)
	}
	return offsets
}

func (s *segmentioSuite) filled(ctx context.Context, partitions int32) string {
	topic := s.created(ctx, named("grouped"), int(partitions))
	for partition := range partitions {
		s.produced(ctx, topic, int(partition), lines(10, "grouped"), "none")
	}
	return topic
}

// join shares by range, which is what it offers first, and has no static members.
func (s *segmentioSuite) join(group, topic, _, _ string) member { return s.peer(group, topic) }

func (s *segmentioSuite) described(ctx context.Context, group string) groupState {
	found := must(s.client.DescribeGroups(ctx, &kafka.DescribeGroupsRequest{GroupIDs: []string{group}})).Groups[0]
	succeeds(found.Error)
	return groupState{state: found.GroupState, members: len(found.Members)}
}

// reader is one of a group that reads from the front what nobody has committed, and commits when it is told to.
func (s *segmentioSuite) reader(group, topic string, change func(*kafka.ReaderConfig)) *kafka.Reader {
	config := kafka.ReaderConfig{
		Brokers: []string{broker}, GroupID: group, Topic: topic, StartOffset: kafka.FirstOffset, MaxWait: 100 * time.Millisecond,
		SessionTimeout: 6 * time.Second, HeartbeatInterval: 500 * time.Millisecond, JoinGroupBackoff: 200 * time.Millisecond,
	}
	if change != nil {
		change(&config)
	}
	return kafka.NewReader(config)
}

// fetched has the offsets of the next records, each of which is given to `then`.
func fetched(ctx context.Context, reader *kafka.Reader, count int, then func(kafka.Message)) []int64 {
	var offsets []int64
	for range count {
		message, err := reader.FetchMessage(ctx)
		if errors.Is(err, io.EOF) {
			fail("closed after %v", offsets)
		}
		offsets = append(offsets, must(message, err).Offset)
		then(message)
	}
	return offsets
}

func (s *segmentioSuite) rest() []test {
	return []test{
		{"headers", func(ctx context.Context) {
			topic := s.created(ctx, named("headers"), 1)
			s.produced(ctx, topic, 0, []string{"v"}, "none")
			equal(s.consumed(ctx, topic, 1, 0)[0].Headers, []kafka.Header{{Key: "größe", Value: []byte("ß")}}, "headers")
		}},
		{"partitions", func(ctx context.Context) {
			topic := s.created(ctx, named("grow"), 1)
			grown := must(s.client.CreatePartitions(ctx, &kafka.CreatePartitionsRequest{Topics: []kafka.TopicPartitionsConfig{{Name: topic, Count: 4}}}))
			succeeds(grown.Errors[topic])
			s.produced(ctx, topic, 3, []string{"in the new one"}, "none")
			offsets := must(s.client.ListOffsets(ctx, &kafka.ListOffsetsRequest{Topics: map[string][]kafka.OffsetRequest{topic: {kafka.LastOffsetOf(3)}}}))
			equal(offsets.Topics[topic][0].LastOffset, int64(1), "end of the new one")
		}},
		{"delete topic", func(ctx context.Context) {
			topic := s.created(ctx, named("gone"), 1)
			succeeds(must(s.client.DeleteTopics(ctx, &kafka.DeleteTopicsRequest{Topics: []string{topic}})).Errors[topic])
			refused(must(s.client.DeleteTopics(ctx, &kafka.DeleteTopicsRequest{Topics: []string{topic}})).Errors[topic], kafka.UnknownTopicOrPartition)
		}},
		{"group: two members", func(ctx context.Context) { growAndShrink(ctx, s, 2, "") }},
		{"group: five members", func(ctx context.Context) { growAndShrink(ctx, s, 5, "") }},
		{"group: killed member", func(ctx context.Context) { killedMember(ctx, s, "kafka-go") }},
		{"group: commits", func(ctx context.Context) {
			topic, group := s.created(ctx, named("commits"), 2), named("commits")
			s.produced(ctx, topic, 0, lines(10, "commits"), "none")
			read := func(tells bool, count int) []int64 {
				reader := s.reader(group, topic, nil)
				defer reader.Close()
				return fetched(ctx, reader, count, func(message kafka.Message) {
					if tells {
						succeeds(reader.CommitMessages(ctx, message))
					}
				})
			}
			equal(read(true, 4), numbers(0, 4), "at first")
			// What one has read the next one does not, unless it has kept that to itself.
			equal(read(false, 3), numbers(4, 7), "the next")
			equal(read(true, 6), numbers(4, 10), "the one after that")
			equal(s.committed(ctx, group, topic), map[int]string{0: "10 ", 1: "-1 "}, "committed")
			// With an interval, commits do not wait for an answer.
			group = named("commits")
			reader := s.reader(group, topic, func(config *kafka.ReaderConfig) { config.CommitInterval = 100 * time.Millisecond })
			defer reader.Close()
			fetched(ctx, reader, 10, func(message kafka.Message) { succeeds(reader.CommitMessages(ctx, message)) })
			until(func() any { return s.committed(ctx, group, topic) }, func() bool { return s.committed(ctx, group, topic)[0] == "10 " })
		}},
		{"group: never committed", func(ctx context.Context) {
			topic, group := s.filled(ctx, 1), named("never")
			equal(s.committed(ctx, group, topic)[0], "-1 ", "committed")
			nothing := func(kafka.Message) {}
			early := s.reader(named("never"), topic, nil)
			equal(fetched(ctx, early, 1, nothing), numbers(0, 1), "from the start")
			succeeds(early.Close())
			late := s.reader(group, topic, func(config *kafka.ReaderConfig) { config.StartOffset = kafka.LastOffset })
			defer late.Close()
			ended, end := context.WithCancel(ctx)
			defer end()
			// What is produced before it has looked for the end is none of its business.
			go func() {
				for ended.Err() == nil {
					s.produced(ctx, topic, 0, lines(1, "late"), "none")
					time.Sleep(50 * time.Millisecond)
				}
			}()
			got := fetched(ctx, late, 1, nothing)[0]
			equal(got >= 10, true, fmt.Sprintf("from the end: %d", got))
		}},
		{"group: reset offsets", func(ctx context.Context) {
			topic, group := s.filled(ctx, 1), named("reset")
			back := map[string][]kafka.OffsetCommit{topic: {{Partition: 0, Offset: 3, Metadata: "größe"}}}
			commit := func() error {
				return must(s.client.OffsetCommit(ctx, &kafka.OffsetCommitRequest{GroupID: group, GenerationID: -1, Topics: back})).Topics[topic][0].Error
			}
			succeeds(commit())
			equal(s.committed(ctx, group, topic)[0], "3 größe", "committed")
			reader := s.reader(group, topic, nil)
			defer reader.Close()
			// It begins where it was told to, and nobody changes the offsets of a group at work.
			equal(fetched(ctx, reader, 7, func(kafka.Message) {}), numbers(3, 10), "read")
			refused(commit(), kafka.UnknownMemberId)
		}},
		{"group: delete offsets", func(ctx context.Context) {
			topic, other, group := s.created(ctx, named("read"), 1), s.created(ctx, named("other"), 1), named("cut")
			commit := []kafka.OffsetCommit{{Partition: 0, Offset: 3, Metadata: "größe"}}
			both := map[string][]kafka.OffsetCommit{topic: commit, other: commit}
			must(s.client.OffsetCommit(ctx, &kafka.OffsetCommitRequest{GroupID: group, GenerationID: -1, Topics: both}))
			equal([]string{s.committed(ctx, group, topic)[0], s.committed(ctx, group, other)[0]}, []string{"3 größe", "3 größe"}, "committed")
			member := s.peer(group, topic)
			shared([]*segmentioPeer{member}, 1)
			deleted := func(topic string) error {
				return must(s.client.OffsetDelete(ctx, &kafka.OffsetDeleteRequest{GroupID: group, Topics: map[string][]int{topic: {0}}})).Topics[topic][0].Error
			}
			// Its subscription ends early, but says what it reads.
			refused(deleted(topic), kafka.GroupSubscribedToTopic)
			refused(deleted(other), nil)
			member.stop()
			equal([]string{s.committed(ctx, group, topic)[0], s.committed(ctx, group, other)[0]}, []string{"3 größe", "-1 "}, "what is left")
		}},
		{"group: list, describe", func(ctx context.Context) {
			topic, group := s.created(ctx, named("listed"), 2), named("listed")
			member := s.peer(group, topic)
			shared([]*segmentioPeer{member}, 2)
			listed := must(s.client.ListGroups(ctx, &kafka.ListGroupsRequest{})).Groups
			there := slices.ContainsFunc(listed, func(one kafka.ListGroupsResponseGroup) bool {
				return one.GroupID == group && one.ProtocolType == "consumer"
			})
			equal(there, true, "listed")
			found := must(s.client.DescribeGroups(ctx, &kafka.DescribeGroupsRequest{GroupIDs: []string{group}})).Groups[0]
			assigned := found.Members[0].MemberAssignments.Topics[0]
			equal([]any{found.Members[0].ClientHost, assigned.Topic, assigned.Partitions}, []any{"/127.0.0.1", topic, []int{0, 1}}, "member")
			member.stop()
		}},
		{"group: delete", func(ctx context.Context) {
			topic, group := s.created(ctx, named("delete"), 1), named("delete")
			member := s.peer(group, topic)
			shared([]*segmentioPeer{member}, 1)
			deleted := func() error {
				return must(s.client.DeleteGroups(ctx, &kafka.DeleteGroupsRequest{GroupIDs: []string{group}})).Errors[group]
			}
			refused(deleted(), kafka.NonEmptyGroup)
			member.stop()
			succeeds(deleted())
			refused(deleted(), kafka.GroupIdNotFound)
		}},
	}
}
