"""What systemd makes of counterd's unit. Runs as a service of a system that is thrown away."""

import os
import pathlib
import re
import shutil
import signal
import subprocess
import time

from support import URL, check, get, property_of, run, run_steps, systemctl, wait_until

UNIT = pathlib.Path("/usr/local/lib/systemd/system")
CONFIG = pathlib.Path("/etc/counterd/counterd.toml")
DROP_IN = pathlib.Path("/etc/systemd/system/counterd.service.d/check.conf")


def configure(text):
    CONFIG.write_text(text)


def drop_in(text):
    DROP_IN.parent.mkdir(exist_ok=True)
    DROP_IN.write_text(text)
    systemctl("daemon-reload")


def has_started():
    systemctl("start", "counterd")
    check(property_of("ActiveState") == "active", "it is active")
    check(property_of("StatusText") == "serving from rocksdb:/var/lib/counterd", "it says what it does")
    check(get("/inc?name=x") == "ok\n", "it counts")
    check(get("/get?name=x") == "x: 1\n", "it has counted")
    pid = property_of("MainPID")
    owner = os.stat(f"/proc/{pid}").st_uid
    check(run("id", "-u", "counterd").stdout.strip() == str(owner), "it runs as a user of its own")
    state = os.stat("/var/lib/counterd")
    check(state.st_mode & 0o777 == 0o700 and state.st_uid == owner, "nobody else reads its counters")


def unit_is_sound():
    verified = run("systemd-analyze", "--man=no", "verify", "counterd.service", "counterd.socket")
    check(verified.returncode == 0 and "counterd" not in verified.stderr, verified.stderr)
    security = run("systemd-analyze", "security", "counterd.service").stdout
    exposure = float(re.search(r"exposure level for counterd.service: ([\d.]+)", security)[1])
    print(f"exposure {exposure}")
    check(exposure <= 1.5, f"the exposure is {exposure}")


def reload_applies():
    host = ("-o", "/dev/null", "-w", "%{http_code}", "-H", "Host: counters.example")
    check(get("/", *host) == "421", "the host is unknown")
    configure(BASE + 'allow-host = "counters.example"\n')
    systemctl("reload", "counterd")
    wait_until(lambda: get("/", *host) == "200", "the host is known")
    configure(BASE + "allow-host = 5%\nthreads = none\n")
    refused = run("systemctl", "reload", "counterd")
    check(refused.returncode != 0, "systemctl says that the file is wrong")
    check(get("/", *host) == "200", "nothing has changed")
    configure(BASE)
    systemctl("reload", "counterd")


def restart_keeps_counters():
    value = int(get("/get?name=x").split()[1])
    systemctl("restart", "counterd")
    check(get("/get?name=x") == f"x: {value}\n", "a restart loses nothing")
    before = property_of("MainPID")
    os.kill(int(before), signal.SIGKILL)
    wait_until(lambda: property_of("MainPID") not in (before, "0")
               and property_of("ActiveState") == "active", "it is started again after a kill")
    check(get("/get?name=x") == f"x: {value}\n", "a kill loses nothing")


def watchdog_restarts():
    drop_in("[Service]\nWatchdogSec=2s\n")
    systemctl("restart", "counterd")
    time.sleep(5)
    before = property_of("MainPID")
    check(property_of("NRestarts") == "0", "a watchdog that is fed restarts nothing")
    os.kill(int(before), signal.SIGSTOP)
    wait_until(lambda: property_of("MainPID") not in (before, "0")
               and property_of("ActiveState") == "active", "a process that is stuck is replaced")
    check(get("/inc?name=x") == "ok\n", "the next one counts")
    drop_in("")


def bad_configuration_is_not_tried_again():
    systemctl("stop", "counterd")
    check(property_of("Result") == "success", "it stops in order")
    configure(BASE + "threads = none\n")
    check(run("systemctl", "start", "counterd").returncode != 0, "it does not start")
    time.sleep(2)
    check(property_of("ActiveState") == "failed" and property_of("NRestarts") == "0",
          "nobody tries again")
    check(property_of("ExecMainStatus") == "2", "its exit code is 2")
    configure(BASE)
    systemctl("reset-failed", "counterd")


def credentials_are_tokens():
    # Not LoadCredential=: in namespaces like these, systemd 252 makes a folder for root alone.
    folder = pathlib.Path("/etc/counterd/credentials")
    folder.mkdir()
    tokens = folder / "tokens"
    made = run("counterd", "token", "create", "--name", "t", "--scopes", "add", "--tokens", str(tokens))
    check(made.returncode == 0, made.stderr)
    shutil.chown(tokens, "counterd")
    drop_in(f"[Service]\nEnvironment=CREDENTIALS_DIRECTORY={folder}\n")
    systemctl("restart", "counterd")
    status = ("-o", "/dev/null", "-w", "%{http_code}")
    check(get("/inc?name=x", *status) == "401", "without a token nobody counts")
    token = made.stderr.strip()
    check(get("/inc?name=x", "-H", f"Authorization: Bearer {token}") == "ok\n", "a token counts")
    drop_in("")


def unix_socket_is_for_the_group():
    configure(BASE + 'listen = ["127.0.0.1:8000", "unix:/run/counterd/counterd.sock"]\n')
    systemctl("restart", "counterd")
    answer = get("/inc?name=u", "--unix-socket", "/run/counterd/counterd.sock")
    check(answer == "ok\n", "it counts by its Unix socket")
    mode = os.stat("/run/counterd/counterd.sock").st_mode
    check(mode & 0o777 == 0o660, "owner and group may connect")
    configure(BASE)


def socket_survives_restarts():
    systemctl("stop", "counterd")
    systemctl("start", "counterd.socket")
    check(get("/inc?name=s") == "ok\n", "a connection starts it")
    before = int(get("/get?name=s").split()[1])
    load = subprocess.Popen(["ab", "-q", "-n", "20000", "-c", "8", URL + "/inc?name=s"],
                            stdout=subprocess.PIPE, text=True)
    for _ in range(3):
        time.sleep(0.3)
        systemctl("restart", "counterd")
    output = load.communicate(timeout=60)[0]
    check("Failed requests:        0\n" in output, output)
    check(get("/get?name=s") == f"s: {before + 20000}\n", "each request is counted once")
    systemctl("stop", "counterd.socket", "counterd")
    check(property_of("Result") == "success", "it stops in order")


def socket_outlives_a_bad_configuration():
    systemctl("start", "counterd.socket")
    configure(BASE + "threads = none\n")
    client = subprocess.Popen(["curl", "-sS", "-m", "60", URL + "/inc?name=w"],
                              stdout=subprocess.PIPE, text=True)
    time.sleep(5)
    check(property_of("ActiveState", "counterd.socket") == "active", "the socket stays open")
    configure(BASE)
    check(client.communicate(timeout=60)[0] == "ok\n", "the connection waited, and is served")
    for _ in range(12):
        systemctl("restart", "counterd")
    check(get("/get?name=w") == "w: 1\n", "no number of restarts is too many")
    systemctl("stop", "counterd.socket", "counterd")


BASE = (UNIT.parents[2] / "share/doc/counterd/counterd.toml").read_text()
made = run("systemd-sysusers")
check(made.returncode == 0, made.stderr)
configure(BASE)
systemctl("daemon-reload")
run_steps(
    has_started, unit_is_sound, reload_applies, restart_keeps_counters, watchdog_restarts,
    bad_configuration_is_not_tried_again, credentials_are_tokens, unix_socket_is_for_the_group,
    socket_survives_restarts, socket_outlives_a_bad_configuration)
