//go:build !(linux && amd64)

package torture

import (
	"errors"
	"os/exec"
)

const canTrace = false

func traced(*exec.Cmd, string, func(*call) fate) (int, error) {
	return 0, errors.New("faults are injected on linux/amd64 alone")
}
