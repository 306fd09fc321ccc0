package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

func (s *franzSuite) filled(ctx context.Context, partitions int32) string {
	topic := s.created(ctx, named("grouped"), partitions)
	for partition := range partitions {
		s.produced(ctx, records(topic, partition, lines(10, "grouped")))
	}
	return topic
}

func inGroup(group, topic string, options ...kgo.Opt) []kgo.Opt {
	return append([]kgo.Opt{
		kgo.ConsumerGroup(group), kgo.ConsumeTopics(topic), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()),
		kgo.SessionTimeout(6 * time.Second), kgo.HeartbeatInterval(500 * time.Millisecond),
		// A fetch for the first partition that it is sure of may be under way before there are more, and has the only place.
		kgo.FetchMaxWait(500 * time.Millisecond),
	}, options...)
}

var franzBalancers = map[string]kgo.GroupBalancer{"range": kgo.RangeBalancer(), "cooperative-sticky": kgo.CooperativeStickyBalancer()}

// franzPeer polls in a goroutine of its own, and knows what it has and got.
type franzPeer struct {
	*owned
	client *kgo.Client
	done   chan struct{}
}

func (s *franzSuite) peer(group, topic string, options ...kgo.Opt) *franzPeer {
	peer := &franzPeer{owned: newOwned(), done: make(chan struct{})}
	peer.client = franzClient(inGroup(group, topic, append(options,
		kgo.OnPartitionsAssigned(func(_ context.Context, _ *kgo.Client, partitions map[string][]int32) { peer.gain(partitions[topic]) }),
		kgo.OnPartitionsRevoked(func(_ context.Context, _ *kgo.Client, partitions map[string][]int32) { peer.lose(partitions[topic]) }),
		kgo.OnPartitionsLost(func(_ context.Context, _ *kgo.Client, partitions map[string][]int32) { peer.lose(partitions[topic]) }),
	)...)...)
	go func() {
		defer close(peer.done)
		for {
			fetches := peer.client.PollFetches(context.Background())
			if fetches.IsClientClosed() {
				return
			}
			fetches.EachError(func(_ string, _ int32, err error) { peer.fail(err) })
			fetches.EachRecord(func(record *kgo.Record) { peer.read(record.Partition, record.Offset) })
		}
	}()
	return peer
}

func (p *franzPeer) stop() {
	p.client.Close()
	<-p.done
}

func (s *franzSuite) join(group, topic, instance, protocol string) member {
	options := []kgo.Opt{kgo.Balancers(franzBalancers[protocol])}
	if instance != "" {
		options = append(options, kgo.InstanceID(instance))
	}
	return s.peer(group, topic, options...)
}

func (s *franzSuite) described(ctx context.Context, group string) groupState {
	found := must(s.admin.DescribeGroups(ctx, group))[group]
	succeeds(found.Err)
	return groupState{found.State, found.Protocol, len(found.Members)}
}

// committed has the offsets and the metadata by partition.
func (s *franzSuite) committed(ctx context.Context, group string) map[int32]string {
	found := map[int32]string{}
	must(s.admin.FetchOffsets(ctx, group)).Each(func(offset kadm.OffsetResponse) {
		succeeds(offset.Err)
		found[offset.Partition] = fmt.Sprintf("%d %s", offset.At, offset.Metadata)
	})
	return found
}

func at(topic string, partition int32, offset int64) map[string]map[int32]kgo.EpochOffset {
	return map[string]map[int32]kgo.EpochOffset{topic: {partition: {Epoch: -1, Offset: offset}}}
}

func (s *franzSuite) groups() []test {
	return []test{
		{"group: two members", func(ctx context.Context) { growAndShrink(ctx, s, 2, "range") }},
		{"group: five members", func(ctx context.Context) { growAndShrink(ctx, s, 5, "range") }},
		{"group: cooperative", func(ctx context.Context) { growAndShrink(ctx, s, 3, "cooperative-sticky") }},
		{"group: static restart", func(ctx context.Context) {
			staticRestart(ctx, s, kerr.FencedInstanceID, func(group string, instances ...string) {
				succeeds(must(s.admin.LeaveGroup(ctx, kadm.LeaveGroup(group).InstanceIDs(instances...))).Error())
			})
		}},
		{"group: killed member", func(ctx context.Context) { killedMember(ctx, s, "franz-go") }},
		{"group: commits", func(ctx context.Context) {
			topic, group := s.filled(ctx, 2), named("commits")
			client := franzClient(inGroup(group, topic, kgo.DisableAutoCommit())...)
			polled(ctx, client, 20)
			var failed error
			told := func(_ *kgo.Client, _ *kmsg.OffsetCommitRequest, response *kmsg.OffsetCommitResponse, err error) {
				failed = err
				if err == nil {
					failed = kerr.ErrorForCode(response.Topics[0].Partitions[0].ErrorCode)
				}
			}
			metadata := func(text string) context.Context {
				return kgo.PreCommitFnContext(ctx, func(request *kmsg.OffsetCommitRequest) error {
					request.Topics[0].Partitions[0].Metadata = &text
					return nil
				})
			}
			client.CommitOffsetsSync(metadata("größe"), at(topic, 0, 3), told)
			succeeds(failed)
			done := make(chan error, 1)
			client.CommitOffsets(ctx, at(topic, 1, 7), func(_ *kgo.Client, _ *kmsg.OffsetCommitRequest, response *kmsg.OffsetCommitResponse, err error) {
				done <- err
			})
			succeeds(<-done)
			got := s.committed(ctx, group)
			equal(got[0], "3 größe", "committed with metadata")
			equal(got[1][:2], "7 ", "committed asynchronously")
			client.CommitOffsetsSync(metadata(string(make([]byte, 4097))), at(topic, 0, 4), told)
			refused(failed, kerr.OffsetMetadataTooLarge)
			client.Close()
			// The next one goes on where the last one was.
			client = franzClient(inGroup(group, topic)...)
			offsets := offsetsOf(polled(ctx, client, 10))
			slices.Sort(offsets)
			equal(offsets, []int64{3, 4, 5, 6, 7, 7, 8, 8, 9, 9}, "read by the next")
			client.Close()
		}},
		{"group: never committed", func(ctx context.Context) {
			topic, group := s.filled(ctx, 1), named("never")
			equal(s.committed(ctx, group), map[int32]string{}, "committed")
			// What is to be done then decides where a reader begins.
			early := franzClient(inGroup(named("never"), topic)...)
			equal(polled(ctx, early, 1)[0].Offset, int64(0), "from the start")
			early.Close()
			late := franzClient(inGroup(group, topic, kgo.ConsumeResetOffset(kgo.NewOffset().AtEnd()))...)
			defer late.Close()
			// What is produced before it has looked for the end is none of its business.
			go func() {
				for i := int64(10); ctx.Err() == nil; i++ {
					s.client.ProduceSync(ctx, records(topic, 0, []string{"late"})...)
					time.Sleep(50 * time.Millisecond)
				}
			}()
			got := polled(ctx, late, 1)[0]
			equal(got.Offset >= 10, true, fmt.Sprintf("from the end: %d", got.Offset))
		}},
		{"group: seek, pause", func(ctx context.Context) {
			topic := s.filled(ctx, 1)
			client := franzClient(inGroup(named("seek"), topic)...)
			defer client.Close()
			equal(offsetsOf(polled(ctx, client, 10)), numbers(0, 10), "at first")
			client.SetOffsets(at(topic, 0, 4))
			equal(offsetsOf(polled(ctx, client, 6)), numbers(4, 10), "after the seek")
			client.PauseFetchTopics(topic)
			client.SetOffsets(at(topic, 0, 9))
			short, cancel := context.WithTimeout(ctx, time.Second)
			defer cancel()
			equal(client.PollFetches(short).NumRecords(), 0, "while it is paused")
			client.ResumeFetchTopics(topic)
			equal(offsetsOf(polled(ctx, client, 1)), numbers(9, 10), "resumed")
		}},
		{"group: lag", func(ctx context.Context) {
			topic, group := s.filled(ctx, 2), named("lag")
			offsets := kadm.Offsets{}
			offsets.AddOffset(topic, 0, 3, -1)
			succeeds(s.admin.CommitAllOffsets(ctx, group, offsets))
			lag := func() (map[int32]int64, string) {
				found := must(s.admin.Lag(ctx, group))[group]
				succeeds(found.Error())
				by := map[int32]int64{}
				for _, one := range found.Lag.Sorted() {
					succeeds(one.Err)
					by[one.Partition] = one.Lag
				}
				return by, found.State
			}
			by, state := lag()
			equal([]any{by, state}, []any{map[int32]int64{0: 7, 1: 10}, "Empty"}, "lag of a group without members")
			member := s.peer(group, topic, kgo.AutoCommitInterval(100*time.Millisecond))
			until(func() any { return by }, func() bool {
				by, state = lag()
				return state == "Stable" && by[0]+by[1] == 0
			})
			s.produced(ctx, records(topic, 1, lines(1, "more")))
			until(func() any { return s.committed(ctx, group) }, func() bool { return s.committed(ctx, group)[1][:2] == "11" })
			member.stop()
		}},
		{"group: reset offsets", func(ctx context.Context) {
			topic, group := s.filled(ctx, 2), named("reset")
			offsets := kadm.Offsets{}
			offsets.Add(kadm.Offset{Topic: topic, Partition: 0, At: 3, LeaderEpoch: -1, Metadata: "größe"})
			offsets.AddOffset(topic, 1, 4, -1)
			succeeds(s.admin.CommitAllOffsets(ctx, group, offsets))
			equal(s.committed(ctx, group), map[int32]string{0: "3 größe", 1: "4 "}, "committed")
			// Nobody changes the offsets of a group at work.
			member := s.peer(group, topic)
			shared([]*franzPeer{member}, 2)
			refused(s.admin.CommitAllOffsets(ctx, group, offsets), kerr.UnknownMemberID)
			// It begins where it was told to.
			until(func() any { return member.count() }, func() bool { return member.count() == 13 })
			member.stop()
		}},
		{"group: delete offsets", func(ctx context.Context) {
			topic, group := s.filled(ctx, 2), named("cut")
			offsets := kadm.Offsets{}
			offsets.AddOffset(topic, 0, 3, -1)
			offsets.AddOffset(topic, 1, 4, -1)
			succeeds(s.admin.CommitAllOffsets(ctx, group, offsets))
			member := s.peer(group, topic, kgo.DisableAutoCommit())
			shared([]*franzPeer{member}, 2)
			first := kadm.TopicsSet{topic: {0: {}}}
			refused(must(s.admin.DeleteOffsets(ctx, group, first))[topic][0], kerr.GroupSubscribedToTopic)
			member.stop()
			succeeds(must(s.admin.DeleteOffsets(ctx, group, first))[topic][0])
			equal(s.committed(ctx, group), map[int32]string{1: "4 "}, "what is left")
		}},
		{"group: list, describe", func(ctx context.Context) {
			topic, group := s.filled(ctx, 2), named("listed")
			member := s.peer(group, topic, kgo.ClientID("größe"), kgo.Balancers(kgo.RangeBalancer()))
			shared([]*franzPeer{member}, 2)
			has := func(found kadm.ListedGroups, err error) bool {
				one, there := must(found, err)[group]
				return there && one.State == "Stable" && one.ProtocolType == "consumer"
			}
			listed := []bool{
				has(s.admin.ListGroups(ctx)), has(s.admin.ListGroups(ctx, "Stable")), has(s.admin.ListGroups(ctx, "Empty")),
				has(s.admin.ListGroupsByType(ctx, []string{"classic"})), has(s.admin.ListGroupsByType(ctx, []string{"consumer"})),
			}
			equal(listed, []bool{true, true, false, true, false}, "listed by state and type")
			only := must(s.admin.DescribeGroups(ctx, group))[group].Members[0]
			assigned, _ := only.Assigned.AsConsumer()
			equal([]any{only.ClientID, only.ClientHost}, []any{"größe", "/127.0.0.1"}, "member")
			equal([]any{assigned.Topics[0].Topic, assigned.Topics[0].Partitions}, []any{topic, []int32{0, 1}}, "what it has")
			member.stop()
			absent := named("absent")
			refused(must(s.admin.DescribeGroups(ctx, absent))[absent].Err, kerr.GroupIDNotFound)
		}},
		{"group: delete", func(ctx context.Context) {
			topic, group := s.filled(ctx, 1), named("delete")
			member := s.peer(group, topic)
			shared([]*franzPeer{member}, 1)
			refused(must(s.admin.DeleteGroups(ctx, group))[group].Err, kerr.NonEmptyGroup)
			member.stop()
			succeeds(must(s.admin.DeleteGroups(ctx, group))[group].Err)
			equal(len(s.committed(ctx, group)), 0, "offsets")
			refused(must(s.admin.DeleteGroups(ctx, group))[group].Err, kerr.GroupIDNotFound)
		}},
	}
}
