package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
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

// franzPeer polls in a goroutine of its own, and knows what it has and got.
type franzPeer struct {
	*owned
	client *kgo.Client
	got    map[[2]int64]bool
	fenced atomic.Bool
	done   chan struct{}
}

func (s *franzSuite) peer(group, topic string, options ...kgo.Opt) *franzPeer {
	peer := &franzPeer{owned: newOwned(), got: map[[2]int64]bool{}, done: make(chan struct{})}
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
			fetches.EachError(func(_ string, _ int32, err error) {
				if errors.Is(err, kerr.FencedInstanceID) {
					peer.fenced.Store(true)
				}
			})
			peer.Lock()
			for _, record := range fetches.Records() {
				peer.got[[2]int64{int64(record.Partition), record.Offset}] = true
			}
			peer.Unlock()
		}
	}()
	return peer
}

func (p *franzPeer) count() int {
	p.Lock()
	defer p.Unlock()
	return len(p.got)
}

func (p *franzPeer) stop() {
	p.client.Close()
	<-p.done
}

func (s *franzSuite) described(ctx context.Context, group string) kadm.DescribedGroup {
	return must(s.admin.DescribeGroups(ctx, group))[group]
}

func (s *franzSuite) growAndShrink(ctx context.Context, count int, balancer kgo.GroupBalancer) {
	topic, group := s.filled(ctx, 6), named("group")
	var members []*franzPeer
	for range count {
		members = append(members, s.peer(group, topic, kgo.Balancers(balancer)))
		shared(members, 6)
	}
	everybody := slices.Clone(members)
	found := s.described(ctx, group)
	equal([]any{found.State, found.Protocol, len(found.Members)}, []any{"Stable", balancer.ProtocolName(), count}, "group")
	// What it kept all the time was taken away in between, unless they share cooperatively.
	equal(len(members[0].returned()) == 0, balancer.IsCooperative(), "nothing revoked and given back")
	for len(members) > 1 {
		members[0].stop()
		members = members[1:]
		shared(members, 6)
	}
	// Whoever has gone has told how far it was, so nothing is left out.
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
	found = s.described(ctx, group)
	equal([]any{found.State, len(found.Members)}, []any{"Empty", 0}, "group")
}

// franzMember is the one that is killed.
func franzMember(group, topic string) {
	client := franzClient(inGroup(group, topic, kgo.OnPartitionsAssigned(func(_ context.Context, _ *kgo.Client, partitions map[string][]int32) {
		fmt.Println(len(partitions[topic]))
	}), kgo.Balancers(kgo.RangeBalancer()))...)
	for {
		client.PollFetches(context.Background())
	}
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
		{"group: two members", func(ctx context.Context) { s.growAndShrink(ctx, 2, kgo.RangeBalancer()) }},
		{"group: five members", func(ctx context.Context) { s.growAndShrink(ctx, 5, kgo.RangeBalancer()) }},
		{"group: cooperative", func(ctx context.Context) { s.growAndShrink(ctx, 3, kgo.CooperativeStickyBalancer()) }},
		{"group: static restart", func(ctx context.Context) {
			topic, group := s.filled(ctx, 6), named("static")
			var members []*franzPeer
			for i := range 2 {
				members = append(members, s.peer(group, topic, kgo.InstanceID(fmt.Sprintf("i%d", i)), kgo.Balancers(kgo.RangeBalancer())))
				shared(members, 6)
			}
			// Within its session it comes back to what it had, and nobody else notices.
			times, had := members[0].times(), members[1].has()
			members[1].stop()
			members[1] = s.peer(group, topic, kgo.InstanceID("i1"), kgo.Balancers(kgo.RangeBalancer()))
			shared(members, 6)
			equal([]any{members[1].has(), members[0].times()}, []any{had, times}, "what it has, and rebalances of the other")
			// Who comes with the same instance takes its place; the one before is fenced.
			usurper := s.peer(group, topic, kgo.InstanceID("i1"), kgo.Balancers(kgo.RangeBalancer()))
			until(func() any { return members[1].has() }, members[1].fenced.Load)
			members[1].stop()
			members[1] = usurper
			shared(members, 6)
			for _, member := range members {
				member.stop()
			}
			// Who is static does not leave by itself.
			equal(len(s.described(ctx, group).Members), 2, "members")
			succeeds(must(s.admin.LeaveGroup(ctx, kadm.LeaveGroup(group).InstanceIDs("i0", "i1"))).Error())
			equal(s.described(ctx, group).State, "Empty", "state")
		}},
		{"group: killed member", func(ctx context.Context) {
			topic, group := s.filled(ctx, 6), named("killed")
			members := []*franzPeer{s.peer(group, topic, kgo.Balancers(kgo.RangeBalancer()))}
			shared(members, 6)
			other := child("franz-go-member", group, topic)
			until(func() any { return members[0].has() }, func() bool { return len(members[0].has()) == 3 })
			took := killed(other, func() { shared(members, 6) })
			equal(took > 4*time.Second && took < 12*time.Second, true, fmt.Sprintf("taken over after %v", took))
			members[0].stop()
		}},
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
			only := s.described(ctx, group).Members[0]
			assigned, _ := only.Assigned.AsConsumer()
			equal([]any{only.ClientID, only.ClientHost}, []any{"größe", "/127.0.0.1"}, "member")
			equal([]any{assigned.Topics[0].Topic, assigned.Topics[0].Partitions}, []any{topic, []int32{0, 1}}, "what it has")
			member.stop()
			refused(s.described(ctx, named("absent")).Err, kerr.GroupIDNotFound)
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
