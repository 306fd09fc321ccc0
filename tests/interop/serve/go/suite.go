// The suites of Go's clients: clients CLIENT [CASE]..., as clients.py has it for those of Python.
//
// clients CLIENT member GROUP TOPIC is one of a group, until it is killed.
//
// A case that is made of several steps fails with its first one. A case that hangs fails after a minute.
package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"reflect"
	"runtime/debug"
	"slices"
	"strings"
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

// suite is a client with its cases.
type suite interface {
	grouped
	cases() []test
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

// refused tells what the broker says no with.
func refused(err, wanted error) {
	if !errors.Is(err, wanted) {
		fail("error: got %v, wanted %v", err, wanted)
	}
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

func numbers(from, to int64) []int64 {
	var all []int64
	for i := from; i < to; i++ {
		all = append(all, i)
	}
	return all
}

// each is what `of` makes of each one.
func each[T, V any](all []T, of func(T) V) []V {
	var made []V
	for _, one := range all {
		made = append(made, of(one))
	}
	return made
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
	suites := map[string]func() suite{"franz-go": franz, "sarama": saramas, "kafka-go": segmentio}
	client, failed := os.Args[1], 0
	s := suites[client]()
	if len(os.Args) == 5 && os.Args[2] == "member" {
		alone(s.join(os.Args[3], os.Args[4], "", "range"))
	}
	for _, one := range s.cases() {
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
