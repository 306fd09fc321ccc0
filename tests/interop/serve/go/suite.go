// The suites of Go's clients: clients CLIENT [CASE]..., as clients.py has it for those of Python.
//
// A case that is made of several steps fails with its first one. A case that hangs fails after a minute.
package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"reflect"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"
)

const (
	patience   = 40 * time.Second
	secondsMax = 60
)

var (
	broker = os.Getenv("BROKER")
	second = os.Getenv("SECOND")
	codecs = []string{"none", "gzip", "snappy", "lz4", "zstd"}
	// The clients that ran before this one against the same broker: what they left is read.
	before = strings.Fields(os.Getenv("BEFORE"))
)

type test struct {
	name string
	run  func(context.Context)
}

// failure is what ends a case; anything else that is thrown is a fault of the suite, and fails the case as well.
type failure struct{ text string }

func fail(format string, arguments ...any) {
	panic(failure{fmt.Sprintf(format, arguments...)})
}

func equal(got, wanted any, what string) {
	if !reflect.DeepEqual(got, wanted) {
		fail("%s: got %s, wanted %s", what, short(got), short(wanted))
	}
}

func short(value any) string {
	text := fmt.Sprintf("%v", value)
	return text[:min(len(text), 2000)]
}

func succeeds(err error) {
	if err != nil {
		panic(failure{fmt.Sprintf("%v\n%s", err, debug.Stack())})
	}
}

// must is for the many calls that give a value or an error.
func must[T any](value T, err error) T {
	succeeds(err)
	return value
}

func until(what func() any, holds func() bool) {
	for end := time.Now().Add(patience); !holds(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			fail("waited in vain: %v", what())
		}
	}
}

// named gives a name that no other case uses.
func named(what string) string {
	return what + "-" + strings.ToLower(rand.Text()[:8])
}

func lines(count int, of string) []string {
	values := make([]string, count)
	for i := range values {
		values[i] = fmt.Sprintf("%d %s", i, of)
	}
	return values
}

// left is what a client leaves for the others in the topics from-CLIENT-CODEC.
func left(client string) []string {
	return lines(100, "of "+client)
}

// fromTheOthers is the case that reads what those before have left. Without any before there is none.
func fromTheOthers(values func(ctx context.Context, topic string, count int) []string) []test {
	if len(before) == 0 {
		return nil
	}
	return []test{{"from the others", func(ctx context.Context) {
		for _, client := range before {
			for _, codec := range codecs {
				wanted := left(client)
				equal(values(ctx, "from-"+client+"-"+codec, len(wanted)), wanted, client+" "+codec)
			}
		}
	}}}
}

// owned is what a member of a group has, and what was ever taken from it.
type owned struct {
	sync.Mutex
	assigned, revoked map[int32]bool
	generations       int
}

func newOwned() *owned {
	return &owned{assigned: map[int32]bool{}, revoked: map[int32]bool{}}
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

// killed ends it without goodbye, and says how long the others took to have all.
func killed(command *exec.Cmd, all func()) time.Duration {
	start := time.Now()
	succeeds(command.Process.Kill())
	command.Wait()
	all()
	return time.Since(start)
}

func attempt(one test) (text string) {
	ctx, cancel := context.WithTimeout(context.Background(), secondsMax*time.Second)
	defer cancel()
	done := make(chan string, 1)
	go func() {
		defer func() {
			switch caught := recover().(type) {
			case nil:
				done <- ""
			case failure:
				done <- caught.text
			default:
				done <- fmt.Sprintf("%v\n%s", caught, debug.Stack())
			}
		}()
		one.run(ctx)
	}()
	select {
	case text := <-done:
		return text
	case <-time.After((secondsMax + 1) * time.Second):
		return fmt.Sprintf("not done after %d s", secondsMax)
	}
}

func main() {
	suites := map[string]func() []test{"franz-go": franz, "sarama": saramas, "kafka-go": segmentio}
	members := map[string]func(group, topic string){"franz-go-member": franzMember, "sarama-member": saramaMember, "kafka-go-member": segmentioMember}
	if member := members[os.Args[1]]; member != nil {
		member(os.Args[2], os.Args[3])
	}
	client, failed := os.Args[1], 0
	for _, one := range suites[client]() {
		if len(os.Args) > 2 && !slices.Contains(os.Args[2:], one.name) {
			continue
		}
		start := time.Now()
		text := attempt(one)
		result := map[string]any{"client": client, "case": one.name, "error": nil, "seconds": time.Since(start).Seconds()}
		if text != "" {
			failed++
			fmt.Printf("%s: %s: FAILED\n%s\n", client, one.name, text)
			result["error"], _, _ = strings.Cut(text, "\n")
		}
		file := must(os.OpenFile(os.Getenv("RESULTS"), os.O_APPEND|os.O_WRONLY, 0))
		succeeds(json.NewEncoder(file).Encode(result))
		succeeds(file.Close())
	}
	if failed > 0 {
		os.Exit(1)
	}
}
