package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

var franzCodecs = map[string]kgo.CompressionCodec{
	"none": kgo.NoCompression(), "gzip": kgo.GzipCompression(), "snappy": kgo.SnappyCompression(),
	"lz4": kgo.Lz4Compression(), "zstd": kgo.ZstdCompression(),
}

func franzClient(options ...kgo.Opt) *kgo.Client {
	options = append([]kgo.Opt{kgo.SeedBrokers(broker), kgo.RecordPartitioner(kgo.ManualPartitioner())}, options...)
	return must(kgo.NewClient(options...))
}

type franzSuite struct {
	client *kgo.Client
	admin  *kadm.Client
}

// created makes a topic; configs are keys and values in turn.
func (s *franzSuite) created(ctx context.Context, topic string, partitions int32, configs ...string) string {
	settings := map[string]*string{}
	for i := 0; i < len(configs); i += 2 {
		settings[configs[i]] = &configs[i+1]
	}
	must(s.admin.CreateTopic(ctx, partitions, 1, settings, topic))
	return topic
}

// there asks the broker itself, not what the client remembers.
func (s *franzSuite) there(ctx context.Context, topic string) bool {
	found := must(kmsg.NewPtrMetadataRequest().RequestWith(ctx, s.client))
	return slices.ContainsFunc(found.Topics, func(one kmsg.MetadataResponseTopic) bool { return *one.Topic == topic })
}

func records(topic string, partition int32, values []string) []*kgo.Record {
	return each(values, func(value string) *kgo.Record {
		return &kgo.Record{Topic: topic, Partition: partition, Key: []byte("k"), Value: []byte(value)}
	})
}

// produced sends all of them and waits; the offsets.
func (s *franzSuite) produced(ctx context.Context, sent []*kgo.Record, options ...kgo.Opt) []int64 {
	client := s.client
	if len(options) > 0 {
		client = franzClient(options...)
		defer client.Close()
	}
	var offsets []int64
	for _, result := range client.ProduceSync(ctx, sent...) {
		succeeds(result.Err)
		offsets = append(offsets, result.Record.Offset)
	}
	slices.Sort(offsets)
	return offsets
}

// consumed reads so many records of a partition.
func (s *franzSuite) consumed(ctx context.Context, topic string, count int, from int64, options ...kgo.Opt) []*kgo.Record {
	at := map[string]map[int32]kgo.Offset{topic: {0: kgo.NewOffset().At(from)}}
	client := franzClient(append(options, kgo.ConsumePartitions(at), kgo.ConsumeResetOffset(kgo.NoResetOffset()))...)
	defer client.Close()
	return polled(ctx, client, count)
}

func polled(ctx context.Context, client *kgo.Client, count int) []*kgo.Record {
	var got []*kgo.Record
	for len(got) < count {
		fetches := client.PollRecords(ctx, count-len(got))
		succeeds(fetches.Err())
		got = append(got, fetches.Records()...)
	}
	return got
}

func values(got []*kgo.Record) []string {
	return each(got, func(record *kgo.Record) string { return string(record.Value) })
}

func offsetsOf(got []*kgo.Record) []int64 {
	return each(got, func(record *kgo.Record) int64 { return record.Offset })
}

func franz() suite {
	// Otherwise it tells for 5 s what it was told before.
	admin := kadm.NewClient(franzClient(kgo.MetadataMinAge(10 * time.Millisecond)))
	return &franzSuite{client: franzClient(kgo.AllowAutoTopicCreation()), admin: admin}
}

func (s *franzSuite) cases() []test {
	cases := []test{
		{"create topic", func(ctx context.Context) {
			topic := s.created(ctx, named("create"), 3)
			details := must(s.admin.ListTopics(ctx, topic))[topic]
			equal(details.Partitions.Numbers(), []int32{0, 1, 2}, "partitions")
			_, err := s.admin.CreateTopic(ctx, 1, 1, nil, topic)
			refused(err, kerr.TopicAlreadyExists)
			_, err = s.admin.CreateTopic(ctx, 1, 3, nil, named("replicated"))
			refused(err, kerr.InvalidReplicationFactor)
			_, err = s.admin.CreateTopic(ctx, 1, 1, map[string]*string{"retention.ms": kadm.StringPtr("soon")}, named("wrong"))
			refused(err, kerr.InvalidConfig)
			topic = named("validated")
			succeeds(must(s.admin.ValidateCreateTopics(ctx, 1, 1, nil, topic))[topic].Err)
			equal(s.there(ctx, topic), false, "created though only validated")
		}},
		{"topic on demand", func(ctx context.Context) {
			topic := named("on-demand")
			equal(s.produced(ctx, records(topic, 0, []string{"first"})), []int64{0}, "offset")
			equal(values(s.consumed(ctx, topic, 1, 0)), []string{"first"}, "values")
		}},
		{"produce, consume", func(ctx context.Context) {
			topic := s.created(ctx, named("plain"), 1)
			sent := lines(1000, "plain")
			equal(s.produced(ctx, records(topic, 0, sent)), numbers(0, 1000), "offsets")
			got := s.consumed(ctx, topic, 1000, 0)
			equal(values(got), sent, "values")
			equal(offsetsOf(got), numbers(0, 1000), "offsets read")
			equal(string(got[999].Key), "k", "key")
			equal(values(s.consumed(ctx, topic, 1, 999)), sent[999:], "the last")
		}},
	}
	for _, codec := range codecs {
		sent := lines(300, strings.Repeat("again ", 30))
		cases = append(cases, test{codec, func(ctx context.Context) {
			topic := s.created(ctx, named(codec), 1)
			s.produced(ctx, records(topic, 0, sent), kgo.ProducerBatchCompression(franzCodecs[codec]))
			equal(values(s.consumed(ctx, topic, 300, 0)), sent, "values")
		}}, test{codec + " by the broker", func(ctx context.Context) {
			kind, own := codec, "none"
			if codec == "none" {
				kind, own = "uncompressed", "gzip"
			}
			topic := s.created(ctx, named("broker-"+codec), 1, "compression.type", kind)
			s.produced(ctx, records(topic, 0, sent), kgo.ProducerBatchCompression(franzCodecs[own]))
			equal(values(s.consumed(ctx, topic, 300, 0)), sent, "values")
		}})
	}
	cases = append(cases, test{"for the others", func(ctx context.Context) {
		for _, codec := range codecs {
			topic := s.created(ctx, "from-franz-go-"+codec, 1)
			s.produced(ctx, records(topic, 0, left("franz-go")), kgo.ProducerBatchCompression(franzCodecs[codec]))
		}
	}})
	cases = append(cases, fromTheOthers(func(ctx context.Context, topic string, count int) []string {
		return values(s.consumed(ctx, topic, count, 0))
	})...)
	cases = append(cases, s.rest()...)
	return append(cases, s.groups()...)
}

func (s *franzSuite) rest() []test {
	large := []kgo.Opt{kgo.ProducerBatchMaxBytes(11000000), kgo.BrokerMaxWriteBytes(30000000), kgo.ProducerBatchCompression(kgo.NoCompression())}
	return []test{
		{"1 MB", func(ctx context.Context) {
			topic := s.created(ctx, named("mb"), 1)
			value := strings.Repeat("x", 1000000)
			s.produced(ctx, records(topic, 0, []string{value}), large...)
			equal(string(s.consumed(ctx, topic, 1, 0)[0].Value) == value, true, "the value")
		}},
		{"over the limit", func(ctx context.Context) {
			topic := s.created(ctx, named("over"), 1)
			client := franzClient(large...)
			defer client.Close()
			refused(client.ProduceSync(ctx, records(topic, 0, []string{strings.Repeat("x", 1048588)})...).FirstErr(), kerr.MessageTooLarge)
			equal(s.produced(ctx, records(topic, 0, []string{"small"})), []int64{0}, "offset after the refused one")
		}},
		{"10 MB", func(ctx context.Context) {
			topic := s.created(ctx, named("ten"), 1, "max.message.bytes", "10500000")
			value := strings.Repeat("0123456789", 1000000)
			s.produced(ctx, records(topic, 0, []string{value}), large...)
			s.produced(ctx, records(topic, 0, []string{value}), large...)
			// A reader whose limit is smaller gets the first message whole all the same (KIP-74).
			got := s.consumed(ctx, topic, 2, 0, kgo.FetchMaxPartitionBytes(1000), kgo.FetchMaxBytes(1000))
			equal([]bool{string(got[0].Value) == value, string(got[1].Value) == value}, []bool{true, true}, "the values")
		}},
		{"invalid names", func(ctx context.Context) {
			for _, name := range []string{"grün", "日本", "a b", "a/b", "..", ".", strings.Repeat("x", 250), "a:b"} {
				_, err := s.admin.CreateTopic(ctx, 1, 1, nil, name)
				refused(err, kerr.InvalidTopicException)
			}
		}},
		{"idempotent", func(ctx context.Context) {
			// It is so unless told otherwise.
			topic := s.created(ctx, named("idempotent"), 1)
			sent := lines(5000, "idempotent")
			equal(s.produced(ctx, records(topic, 0, sent), kgo.ProducerBatchMaxBytes(1000), kgo.ProducerLinger(0)), numbers(0, 5000), "offsets")
			got := s.consumed(ctx, topic, 5000, 0)
			equal(values(got), sent, "values")
			equal(got[0].ProducerID >= 0, true, "a producer's id")
		}},
		{"pipelined", func(ctx context.Context) {
			topic := s.created(ctx, named("pipelined"), 1)
			options := []kgo.Opt{
				kgo.DisableIdempotentWrite(), kgo.MaxProduceRequestsInflightPerBroker(50), kgo.ProducerBatchMaxBytes(512),
				kgo.ProducerLinger(0), kgo.RecordRetries(0),
			}
			equal(s.produced(ctx, records(topic, 0, lines(2000, "pipelined")), options...), numbers(0, 2000), "offsets")
			equal(len(s.consumed(ctx, topic, 2000, 0)), 2000, "records")
		}},
		{"acks 0 and 1", func(ctx context.Context) {
			topic := s.created(ctx, named("acks"), 1)
			s.produced(ctx, records(topic, 0, []string{"none"}), kgo.DisableIdempotentWrite(), kgo.RequiredAcks(kgo.NoAck()))
			equal(values(s.consumed(ctx, topic, 1, 0)), []string{"none"}, "values")
			s.produced(ctx, records(topic, 0, []string{"one"}), kgo.DisableIdempotentWrite(), kgo.RequiredAcks(kgo.LeaderAck()))
			equal(values(s.consumed(ctx, topic, 2, 0)), []string{"none", "one"}, "values")
		}},
		{"long poll", func(ctx context.Context) {
			topic := s.created(ctx, named("poll"), 1)
			client := franzClient(kgo.FetchMaxWait(20*time.Second), kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{topic: {0: kgo.NewOffset().AtStart()}}))
			defer client.Close()
			early, cancel := context.WithTimeout(ctx, 2*time.Second)
			defer cancel()
			equal(client.PollFetches(early).NumRecords(), 0, "before anything is there")
			start := time.Now()
			time.AfterFunc(300*time.Millisecond, func() { s.client.Produce(ctx, records(topic, 0, []string{"wake"})[0], nil) })
			equal(values(polled(ctx, client, 1)), []string{"wake"}, "values")
			// The fetch is answered when the record comes, not when its 20 s are over.
			equal(time.Since(start) < 4*time.Second, true, fmt.Sprintf("woken after %v", time.Since(start)))
		}},
		{"by timestamp", func(ctx context.Context) {
			topic := s.created(ctx, named("time"), 1)
			sent := records(topic, 0, lines(10, "time"))
			for i, record := range sent {
				record.Timestamp = time.UnixMilli(1700000000000 + int64(i)*1000)
			}
			s.produced(ctx, sent)
			at := func(found kadm.ListedOffsets, err error) int64 {
				offset, _ := must(found, err).Lookup(topic, 0)
				return offset.Offset
			}
			equal(at(s.admin.ListOffsetsAfterMilli(ctx, 1700000003000, topic)), int64(3), "at a time")
			equal(at(s.admin.ListOffsetsAfterMilli(ctx, 1700000003001, topic)), int64(4), "between two")
			equal(at(s.admin.ListOffsetsAfterMilli(ctx, 1600000000000, topic)), int64(0), "before all")
			equal(at(s.admin.ListStartOffsets(ctx, topic)), int64(0), "start")
			equal(at(s.admin.ListEndOffsets(ctx, topic)), int64(10), "end")
			equal(at(s.admin.ListMaxTimestampOffsets(ctx, topic)), int64(9), "of the last timestamp")
			client := franzClient(kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{topic: {0: kgo.NewOffset().AfterMilli(1700000003001)}}))
			defer client.Close()
			equal(polled(ctx, client, 1)[0].Offset, int64(4), "read from a time")
		}},
		{"headers", func(ctx context.Context) {
			topic := s.created(ctx, named("headers"), 1)
			headers := []kgo.RecordHeader{
				{Key: "a", Value: []byte("1")}, {Key: "a", Value: []byte("2")}, {Key: "empty", Value: []byte{}}, {Key: "null"},
				{Key: "größe", Value: []byte("ß")},
			}
			s.produced(ctx, []*kgo.Record{{Topic: topic, Value: []byte("v"), Headers: headers}})
			equal(s.consumed(ctx, topic, 1, 0)[0].Headers, headers, "headers")
		}},
		{"tombstones", func(ctx context.Context) {
			topic := s.created(ctx, named("tombstones"), 1, "cleanup.policy", "compact")
			var sent []*kgo.Record
			for _, value := range [][]byte{[]byte("v"), nil, {}} {
				sent = append(sent, &kgo.Record{Topic: topic, Key: []byte("k"), Value: value})
			}
			s.produced(ctx, sent)
			got := s.consumed(ctx, topic, 3, 0)
			equal([]bool{got[0].Value == nil, got[1].Value == nil, got[2].Value == nil}, []bool{false, true, false}, "null")
			// A compacted topic takes no record without a key.
			refused(s.client.ProduceSync(ctx, &kgo.Record{Topic: topic, Value: []byte("v")}).FirstErr(), kerr.InvalidRecord)
		}},
		{"partitions", func(ctx context.Context) {
			topic := s.created(ctx, named("grow"), 1)
			succeeds(must(s.admin.UpdatePartitions(ctx, 4, topic))[topic].Err)
			equal(len(must(s.admin.ListTopics(ctx, topic))[topic].Partitions), 4, "partitions")
			equal(s.produced(ctx, records(topic, 3, []string{"in the new one"}), kgo.ClientID("new")), []int64{0}, "offset")
			refused(must(s.admin.UpdatePartitions(ctx, 2, topic))[topic].Err, kerr.InvalidPartitions)
		}},
		{"configurations", func(ctx context.Context) {
			topic := s.created(ctx, named("configured"), 1, "retention.ms", "3600000")
			value := func(key string) string {
				found := must(must(s.admin.DescribeTopicConfigs(ctx, topic)).On(topic, nil))
				for _, config := range found.Configs {
					if config.Key == key {
						return config.MaybeValue()
					}
				}
				return "absent"
			}
			equal([]string{value("retention.ms"), value("max.message.bytes")}, []string{"3600000", "1048588"}, "at first")
			changes := []kadm.AlterConfig{
				{Op: kadm.SetConfig, Name: "max.message.bytes", Value: kadm.StringPtr("2000")},
				{Op: kadm.DeleteConfig, Name: "retention.ms"},
				{Op: kadm.AppendConfig, Name: "cleanup.policy", Value: kadm.StringPtr("compact")},
			}
			succeeds(must(must(s.admin.AlterTopicConfigs(ctx, changes, topic)).On(topic, nil)).Err)
			equal([]string{value("retention.ms"), value("max.message.bytes"), value("cleanup.policy")}, []string{"604800000", "2000", "delete,compact"}, "changed")
			// The older request replaces all of them.
			old := []kadm.AlterConfig{{Name: "retention.ms", Value: kadm.StringPtr("1000")}}
			succeeds(must(must(s.admin.AlterTopicConfigsState(ctx, old, topic)).On(topic, nil)).Err)
			equal([]string{value("retention.ms"), value("max.message.bytes")}, []string{"1000", "1048588"}, "replaced")
		}},
		{"delete records", func(ctx context.Context) {
			topic := s.created(ctx, named("cut"), 1)
			s.produced(ctx, records(topic, 0, lines(10, "cut")))
			until := func(at int64) kadm.DeleteRecordsResponse {
				offsets := kadm.Offsets{}
				offsets.AddOffset(topic, 0, at, -1)
				found, _ := must(s.admin.DeleteRecords(ctx, offsets)).Lookup(topic, 0)
				return found
			}
			equal(until(4).LowWatermark, int64(4), "low watermark")
			equal(values(s.consumed(ctx, topic, 6, 4)), lines(10, "cut")[4:], "what is left")
			refused(until(99).Err, kerr.OffsetOutOfRange)
			at := map[string]map[int32]kgo.Offset{topic: {0: kgo.NewOffset().At(2)}}
			client := franzClient(kgo.ConsumePartitions(at), kgo.ConsumeResetOffset(kgo.NoResetOffset()))
			defer client.Close()
			refused(client.PollFetches(ctx).Err(), kerr.OffsetOutOfRange)
		}},
		{"log directories", func(ctx context.Context) {
			topic := s.created(ctx, named("dirs"), 1)
			s.produced(ctx, []*kgo.Record{{Topic: topic, Value: []byte("some bytes")}})
			sizes := map[int32]int64{}
			must(s.admin.DescribeAllLogDirs(ctx, kadm.TopicsSet{topic: {0: {}}})).Each(func(directory kadm.DescribedLogDir) {
				directory.Topics.Each(func(found kadm.DescribedLogDirPartition) { sizes[found.Partition] = found.Size })
			})
			equal(sizes, map[int32]int64{0: 61 + 17}, "sizes")
		}},
		{"cluster", func(ctx context.Context) {
			found := must(s.admin.BrokerMetadata(ctx))
			equal(len(found.Brokers), 1, "brokers")
			equal(fmt.Sprintf("%s:%d", found.Brokers[0].Host, found.Brokers[0].Port), broker, "address")
			equal(found.Controller, found.Brokers[0].NodeID, "controller")
			equal(len(found.Cluster) > 10, true, "id of the cluster "+found.Cluster)
		}},
		{"delete topic", func(ctx context.Context) {
			topic := s.created(ctx, named("gone"), 1)
			s.produced(ctx, records(topic, 0, []string{"v"}))
			succeeds(must(s.admin.DeleteTopics(ctx, topic))[topic].Err)
			equal(s.there(ctx, topic), false, "still there")
			refused(must(s.admin.DeleteTopics(ctx, topic))[topic].Err, kerr.UnknownTopicOrPartition)
			// Its next life begins at 0.
			s.created(ctx, topic, 1)
			equal(s.produced(ctx, records(topic, 0, []string{"again"}), kgo.ClientID("again")), []int64{0}, "offset")
		}},
		{"second listener", func(ctx context.Context) {
			there := must(kgo.NewClient(kgo.SeedBrokers(second)))
			defer there.Close()
			found := must(kadm.NewClient(there).BrokerMetadata(ctx)).Brokers[0]
			equal(fmt.Sprintf("%s:%d", found.Host, found.Port), second, "address")
			topic := s.created(ctx, named("second"), 1)
			succeeds(there.ProduceSync(ctx, &kgo.Record{Topic: topic, Value: []byte("through the other door")}).FirstErr())
			equal(values(s.consumed(ctx, topic, 1, 0)), []string{"through the other door"}, "values")
		}},
	}
}
