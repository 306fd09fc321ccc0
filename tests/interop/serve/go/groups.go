package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"slices"
	"sync"
	"time"
)

// grouped is what the cases of groups that are the same for each client need of one.
type grouped interface {
	// filled makes a topic with ten records in each partition.
	filled(ctx context.Context, partitions int32) string
	// join has one more member read the topic: as an instance, if it is static, and with a protocol, if that is not left to the client.
	join(group, topic, instance, protocol string) member
	described(ctx context.Context, group string) groupState
}

// groupState is what a client is told of a group: without the protocol, if it does not hand that on.
type groupState struct {
	state, protocol string
	members         int
}

// member is one of a group, in goroutines of its own.
type member interface {
	has() []int32
	returned() []int32
	times() int
	places() [][2]int64
	failure() error
	stop()
}

// owned is what a member has, what was ever taken from it, what it has read, and what it failed with.
type owned struct {
	sync.Mutex
	assigned, revoked map[int32]bool
	generations       int
	got               map[[2]int64]bool
	failed            error
}

func newOwned() *owned {
	return &owned{assigned: map[int32]bool{}, revoked: map[int32]bool{}, got: map[[2]int64]bool{}}
}

func (o *owned) gain(partitions []int32) {
	o.Lock()
	defer o.Unlock()
	o.generations++
	for _, partition := range partitions {
		o.assigned[partition] = true
	}
}

func (o *owned) lose(partitions []int32) {
	o.Lock()
	defer o.Unlock()
	for _, partition := range partitions {
		delete(o.assigned, partition)
		o.revoked[partition] = true
	}
}

func (o *owned) read(partition int32, offset int64) {
	o.Lock()
	defer o.Unlock()
	o.got[[2]int64{int64(partition), offset}] = true
}

func (o *owned) fail(err error) {
	o.Lock()
	defer o.Unlock()
	o.failed = errors.Join(o.failed, err)
}

func (o *owned) has() []int32 {
	o.Lock()
	defer o.Unlock()
	var has []int32
	for partition := range o.assigned {
		has = append(has, partition)
	}
	slices.Sort(has)
	return has
}

// returned is what it has now and had to give up in between.
func (o *owned) returned() []int32 {
	o.Lock()
	defer o.Unlock()
	var returned []int32
	for partition := range o.assigned {
		if o.revoked[partition] {
			returned = append(returned, partition)
		}
	}
	return returned
}

func (o *owned) times() int {
	o.Lock()
	defer o.Unlock()
	return o.generations
}

// places are the partitions and offsets that it has read.
func (o *owned) places() [][2]int64 {
	o.Lock()
	defer o.Unlock()
	return slices.Collect(maps.Keys(o.got))
}

func (o *owned) count() int {
	return len(o.places())
}

func (o *owned) failure() error {
	o.Lock()
	defer o.Unlock()
	return o.failed
}

// shared waits until the members have all partitions, each one once, and each member some.
func shared[M interface{ has() []int32 }](members []M, partitions int) {
	told := func() any {
		var all [][]int32
		for _, member := range members {
			all = append(all, member.has())
		}
		return all
	}
	until(told, func() bool {
		var all []int32
		for _, has := range told().([][]int32) {
			if len(has) == 0 {
				return false
			}
			all = append(all, has...)
		}
		slices.Sort(all)
		for i, partition := range all {
			if partition != int32(i) {
				return false
			}
		}
		return len(all) == partitions
	})
}

// growAndShrink is of members that come one after the other, and go.
func growAndShrink(ctx context.Context, client grouped, count int, protocol string) {
	topic, group := client.filled(ctx, 6), named("group")
	var members []member
	for range count {
		members = append(members, client.join(group, topic, "", protocol))
		shared(members, 6)
	}
	everybody := slices.Clone(members)
	equal(client.described(ctx, group), groupState{"Stable", protocol, count}, "group")
	// What it kept all the time was taken away in between, unless they share cooperatively.
	equal(len(members[0].returned()) == 0, protocol == "cooperative-sticky", "nothing revoked and given back")
	for len(members) > 1 {
		members[0].stop()
		members = members[1:]
		shared(members, 6)
	}
	// Whoever has gone has told how far it was, so nothing is left out.
	got := func() any {
		all := map[[2]int64]bool{}
		for _, member := range everybody {
			for _, place := range member.places() {
				all[place] = true
			}
		}
		return len(all)
	}
	until(got, func() bool { return got() == 60 })
	members[0].stop()
	found := client.described(ctx, group)
	equal([]any{found.state, found.members}, []any{"Empty", 0}, "group")
}

// staticRestart is of members that come back; fenced is what those fail with whose place another one has taken.
func staticRestart(ctx context.Context, client grouped, fenced error, remove func(group string, instances ...string)) {
	topic, group := client.filled(ctx, 6), named("static")
	join := func(at int) member { return client.join(group, topic, fmt.Sprintf("i%d", at), "range") }
	var members []member
	for at := range 2 {
		members = append(members, join(at))
		shared(members, 6)
	}
	// Within its session it comes back to what it had, and nobody else notices.
	times, had := members[0].times(), members[1].has()
	members[1].stop()
	members[1] = join(1)
	shared(members, 6)
	equal([]any{members[1].has(), members[0].times()}, []any{had, times}, "what it has, and rebalances of the other")
	// Who comes with the same instance takes its place; the one before is fenced.
	usurper := join(1)
	until(func() any { return members[1].failure() }, func() bool { return errors.Is(members[1].failure(), fenced) })
	members[1].stop()
	members[1] = usurper
	shared(members, 6)
	for _, member := range members {
		member.stop()
	}
	// Who is static does not leave by itself.
	equal(client.described(ctx, group).members, 2, "members")
	remove(group, "i0", "i1")
	equal(client.described(ctx, group).state, "Empty", "state")
}

// killedMember is of one that ends without goodbye; name is the client as main knows it.
func killedMember(ctx context.Context, client grouped, name string) {
	topic, group := client.filled(ctx, 6), named("killed")
	members := []member{client.join(group, topic, "", "range")}
	shared(members, 6)
	other := child(name, "member", group, topic)
	until(func() any { return members[0].has() }, func() bool { return len(members[0].has()) == 3 })
	start := time.Now()
	succeeds(other.Process.Kill())
	other.Wait()
	shared(members, 6)
	took := time.Since(start)
	equal(took > 4*time.Second && took < 12*time.Second, true, fmt.Sprintf("taken over after %v", took))
	members[0].stop()
}

// child is this program once more, as a member of a group that can be killed: it says how many partitions it has.
func child(arguments ...string) *exec.Cmd {
	command := exec.Command(os.Args[0], arguments...)
	output := must(command.StdoutPipe())
	succeeds(command.Start())
	for has := 0; has != 3; {
		if _, err := fmt.Fscan(output, &has); err != nil {
			fail("the other member: %v", err)
		}
	}
	return command
}

// alone is what such a child does until it is killed.
func alone(member member) {
	for told := -1; ; time.Sleep(20 * time.Millisecond) {
		if has := len(member.has()); has != told {
			told = has
			fmt.Println(has)
		}
		succeeds(member.failure())
	}
}
