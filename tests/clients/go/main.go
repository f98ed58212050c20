// Program main tries the libraries redsync, redislock, redis_rate and asynq against the server on a port of 127.0.0.1:
//
//	go run . 6379
package main

import (
	"context"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/bsm/redislock"
	"github.com/go-redis/redis_rate/v10"
	"github.com/go-redsync/redsync/v4"
	"github.com/go-redsync/redsync/v4/redis/goredis/v9"
	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"
)

func check(what string, ok bool, more ...any) {
	if !ok {
		fmt.Println("FAILED", what, more)
		os.Exit(1)
	}
}

func main() {
	addr := "127.0.0.1:" + os.Args[1]
	ctx := context.Background()
	client := redis.NewClient(&redis.Options{Addr: addr})

	rs := redsync.New(goredis.NewPool(client))
	m := rs.NewMutex("redsync", redsync.WithExpiry(time.Minute), redsync.WithTries(1))
	check("redsync lock", m.Lock() == nil)
	other := rs.NewMutex("redsync", redsync.WithTries(1))
	check("redsync other", other.Lock() != nil)
	ok, err := m.Extend()
	check("redsync extend", ok && err == nil, err)
	ok, err = m.Unlock()
	check("redsync unlock", ok && err == nil, err)
	check("redsync other after", other.Lock() == nil)
	n := 0
	var wg sync.WaitGroup
	for i := 0; i < 4; i++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for j := 0; j < 5; j++ {
				t := rs.NewMutex("turns", redsync.WithTries(1000), redsync.WithRetryDelay(2*time.Millisecond))
				check("turn", t.Lock() == nil)
				n++
				t.Unlock()
			}
		}()
	}
	wg.Wait()
	check("redsync turns", n == 20, n)
	fmt.Println("redsync ok")

	locker := redislock.New(client)
	l, err := locker.Obtain(ctx, "redislock", time.Minute, nil)
	check("redislock", err == nil, err)
	_, err = locker.Obtain(ctx, "redislock", time.Minute, nil)
	check("redislock other", err == redislock.ErrNotObtained, err)
	ttl, err := l.TTL(ctx)
	check("redislock ttl", ttl > 50*time.Second, ttl, err)
	check("redislock refresh", l.Refresh(ctx, 2*time.Minute, nil) == nil)
	check("redislock release", l.Release(ctx) == nil)
	check("redislock release again", l.Release(ctx) == redislock.ErrLockNotHeld)
	fmt.Println("redislock ok")

	limiter := redis_rate.NewLimiter(client)
	seen := ""
	for i := 0; i < 4; i++ {
		res, err := limiter.Allow(ctx, "rate", redis_rate.PerHour(3))
		check("redis_rate", err == nil, err)
		seen += fmt.Sprint(res.Allowed)
	}
	check("redis_rate", seen == "1110", seen)
	res, err := limiter.AllowAtMost(ctx, "most", redis_rate.PerHour(10), 15)
	check("redis_rate at most", err == nil && res.Allowed == 10, res, err)
	check("redis_rate reset", limiter.Reset(ctx, "rate") == nil)
	fmt.Println("redis_rate ok")

	opt := asynq.RedisClientOpt{Addr: addr}
	done := make(chan string, 100)
	srv := asynq.NewServer(opt, asynq.Config{Concurrency: 5, LogLevel: asynq.FatalLevel, DelayedTaskCheckInterval: 100 * time.Millisecond,
		Queues: map[string]int{"default": 1, "critical": 3}, TaskCheckInterval: 50 * time.Millisecond,
		RetryDelayFunc:   func(int, error, *asynq.Task) time.Duration { return 0 },
		GroupGracePeriod: time.Second, GroupMaxSize: 3,
		GroupAggregator: asynq.GroupAggregatorFunc(func(group string, tasks []*asynq.Task) *asynq.Task {
			return asynq.NewTask("sum", []byte(fmt.Sprint(len(tasks))))
		})})
	tries := 0
	mux := asynq.NewServeMux()
	mux.HandleFunc("plain", func(ctx context.Context, t *asynq.Task) error {
		t.ResultWriter().Write([]byte("done"))
		done <- "plain"
		return nil
	})
	mux.HandleFunc("sum", func(ctx context.Context, t *asynq.Task) error { done <- "sum" + string(t.Payload()); return nil })
	mux.HandleFunc("again", func(ctx context.Context, t *asynq.Task) error {
		tries++
		if tries < 3 {
			return fmt.Errorf("not yet")
		}
		done <- "again"
		return nil
	})
	check("asynq start", srv.Start(mux) == nil)
	c := asynq.NewClient(opt)
	for i := 0; i < 10; i++ {
		_, err := c.Enqueue(asynq.NewTask("plain", nil), asynq.Queue([]string{"default", "critical"}[i%2]), asynq.Retention(time.Hour))
		check("asynq enqueue", err == nil, err)
	}
	_, err = c.Enqueue(asynq.NewTask("plain", nil), asynq.ProcessIn(100*time.Millisecond))
	check("asynq later", err == nil, err)
	_, err = c.Enqueue(asynq.NewTask("again", nil), asynq.MaxRetry(5))
	check("asynq again", err == nil, err)
	_, err = c.Enqueue(asynq.NewTask("plain", []byte("u")), asynq.Unique(time.Hour))
	check("asynq unique", err == nil, err)
	for i := 0; i < 3; i++ {
		_, err = c.Enqueue(asynq.NewTask("grouped", []byte("g")), asynq.Group("g"))
		check("asynq group", err == nil, err)
	}
	counts := map[string]int{}
	for len := 0; len < 14; len++ {
		select {
		case s := <-done:
			counts[s]++
		case <-time.After(20 * time.Second):
			check("asynq in time", false, counts)
		}
	}
	check("asynq counts", counts["plain"] == 12 && counts["again"] == 1 && counts["sum3"] == 1, counts)
	time.Sleep(300 * time.Millisecond)
	inspector := asynq.NewInspector(opt)
	info, err := inspector.GetQueueInfo("critical")
	check("asynq info", err == nil && info.Completed == 5, info, err)
	tasks, err := inspector.ListCompletedTasks("critical")
	check("asynq list", err == nil && len(tasks) == 5 && string(tasks[0].Result) == "done", err)
	_, err = inspector.DeleteAllCompletedTasks("critical")
	check("asynq delete", err == nil, err)
	srv.Shutdown()
	fmt.Println("asynq ok")
}
