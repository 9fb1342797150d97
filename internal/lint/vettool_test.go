package lint

import "testing"

func TestTheGoCommandsCallsAreToldFromOurs(t *testing.T) {
	for _, args := range [][]string{
		{"-V=full"}, {"-flags"}, {"vet.cfg"}, {"/tmp/go-build1/b001/vet.cfg"},
		{"-json", "vet.cfg"}, {"-momentoexpiry.max-lifetime=30d", "-momentoscope=false", "-fix", "vet.cfg"},
	} {
		if !IsVetCall(args) {
			t.Errorf("%q is not taken for a call of the go command", args)
		}
	}
	for _, args := range [][]string{
		nil, {"scan"}, {"scan", "app.cfg"}, {"--version"}, {"version"}, {"-h"}, {"-V"},
		{"lint", "-flags"}, {"scan", "--config", "x.cfg"}, {"--config=x.cfg"}, {"vet.cfg", "scan"}, {"-flags", "x"},
	} {
		if IsVetCall(args) {
			t.Errorf("%q is taken for a call of the go command", args)
		}
	}
}
