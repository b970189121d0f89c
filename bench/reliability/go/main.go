// Does a fixed amount of work, says so, and ends in the way that its argument names: as the program in
// generator/tests/fixtures/endings does.
package main

import (
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"sync"
	"syscall"
	"time"
)

func main() {
	all()
	fmt.Println("worked")
	path := ""
	if len(os.Args) > 2 {
		path = os.Args[2]
	}
	switch os.Args[1] {
	case "return":
	case "process-exit":
		os.Exit(3)
	case "underscore-exit":
		syscall.RawSyscall(syscall.SYS_EXIT_GROUP, 3, 0, 0)
	case "panic":
		panic("as asked")
	case "abort":
		syscall.Kill(syscall.Getpid(), syscall.SIGABRT)
		time.Sleep(time.Minute)
	case "segfault":
		var nothing *int
		*nothing = 1
	case "stack-overflow":
		fmt.Println(overflow(0))
	case "allocation-failure":
		limit := syscall.Rlimit{Cur: 64 << 20, Max: 64 << 20}
		syscall.Setrlimit(syscall.RLIMIT_AS, &limit)
		take(256)
	case "exec":
		panic(syscall.Exec("/bin/true", []string{"true"}, os.Environ()))
	case "wait":
		time.Sleep(time.Minute)
	case "graceful":
		asked := make(chan os.Signal, 1)
		signal.Notify(asked, syscall.SIGHUP, syscall.SIGINT, syscall.SIGQUIT, syscall.SIGTERM)
		fmt.Println("listening")
		<-asked
		all()
	case "out-of-memory":
		waitFor(path)
		take(256)
	case "more-work":
		waitFor(path)
		all()
	case "confined":
		must(syscall.Chroot(path))
		must(os.Chdir("/"))
		must(syscall.Setgid(65534))
		must(syscall.Setuid(65534))
		all()
	case "elsewhere":
		must(os.Chdir(path))
		all()
	case "another-user":
		worker := exec.Command(os.Args[0], "return")
		worker.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
		must(worker.Run())
	case "cleared":
		worker := exec.Command(os.Args[0], "return")
		worker.Env = []string{}
		must(worker.Run())
	case "threads":
		var group sync.WaitGroup
		for thread := 0; thread < 16; thread++ {
			group.Add(1)
			go func() {
				defer group.Done()
				for round := 0; round < 10; round++ {
					all()
				}
			}()
		}
		group.Wait()
	case "children":
		children()
	case "child":
		os.Stdin.Read(make([]byte, 1))
	default:
		panic("no such ending")
	}
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func overflow(depth int) int {
	return overflow(depth+1) + 1
}

func take(mebibytes int) {
	var taken [][]byte
	for len(taken) < mebibytes {
		block := make([]byte, 1<<20)
		for at := range block {
			block[at] = 1
		}
		taken = append(taken, block)
	}
	panic("still alive")
}

func waitFor(path string) {
	for tries := 0; tries < 12000; tries++ {
		if _, err := os.Stat(path); err == nil {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	panic("waited in vain")
}

// Two hundred processes of this program at once; every second one is killed.
func children() {
	var all [200]*exec.Cmd
	var inputs [200]interface{ Close() error }
	var outputs [200]interface{ Read([]byte) (int, error) }
	for number := range all {
		child := exec.Command(os.Args[0], "child")
		input, err := child.StdinPipe()
		must(err)
		output, err := child.StdoutPipe()
		must(err)
		must(child.Start())
		all[number], inputs[number], outputs[number] = child, input, output
	}
	for _, output := range outputs {
		_, err := output.Read(make([]byte, 7))
		must(err)
	}
	for number, child := range all {
		if number%2 == 0 {
			must(child.Process.Kill())
		}
		inputs[number].Close()
	}
	for _, child := range all {
		child.Wait()
	}
}
