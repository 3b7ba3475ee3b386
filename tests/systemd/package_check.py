"""What a package does where systemd runs: /check/counterd.deb, in a system that is thrown away and has what
the package needs."""

import pathlib
import subprocess

from support import check, get, property_of, run, run_steps, systemctl, wait_until

PACKAGE = "/check/counterd.deb"
LATER = "/check/later.deb"


def dpkg(*words):
    result = run("dpkg", *words, stdin=subprocess.DEVNULL)
    check(result.returncode == 0, f"dpkg {' '.join(words)}: {result.stdout}{result.stderr}")


def make_later():
    folder = pathlib.Path("/check/later")
    check(run("dpkg-deb", "-R", PACKAGE, str(folder)).returncode == 0, "it is unpacked")
    control = folder / "DEBIAN/control"
    control.write_text(control.read_text().replace("\nVersion: ", "\nVersion: 1:", 1))
    check(run("dpkg-deb", "-b", str(folder), LATER).returncode == 0, "it is packed again")


def installing_starts_it():
    dpkg("-i", PACKAGE)
    check(property_of("ActiveState") == "active", "it is active")
    check(property_of("UnitFileState") == "enabled", "it will be after the next boot")
    check(property_of("UnitFileState", "counterd.socket") == "disabled", "its socket will not be")
    check(property_of("User") == "counterd", "it has its user")
    check(get("/inc?name=x") == "ok\n", "it counts")
    check(property_of("StatusText") == "serving from rocksdb:/var/lib/counterd", "it says where it stores")


def upgrading_restarts_it():
    before = property_of("MainPID")
    make_later()
    dpkg("-i", LATER)
    check(property_of("ActiveState") == "active", "it is active again")
    check(property_of("MainPID") not in (before, "0"), "it is the new program")
    check(get("/get?name=x") == "x: 1\n", "it has its counters")


def upgrading_keeps_its_socket():
    systemctl("stop", "counterd")
    systemctl("enable", "--now", "counterd.socket")
    systemctl("start", "counterd")
    dpkg("-i", LATER)
    check(property_of("ActiveState", "counterd.socket") == "active", "the socket is open")
    check(property_of("UnitFileState", "counterd.socket") == "enabled", "it will be after the next boot")
    check(get("/get?name=x") == "x: 1\n", "it has its counters")


def what_is_disabled_stays_so():
    systemctl("disable", "--now", "counterd.socket", "counterd.service")
    dpkg("-i", LATER)
    check(property_of("UnitFileState") == "disabled", "an upgrade enables nothing")
    systemctl("enable", "--now", "counterd.socket", "counterd.service")


def removing_stops_it():
    dpkg("-r", "counterd")
    check(property_of("ActiveState") != "active", "it has stopped")
    check(property_of("ActiveState", "counterd.socket") != "active", "nothing listens")
    check(pathlib.Path("/var/lib/counterd").is_dir(), "its counters stay")
    dpkg("-i", LATER)
    wait_until(lambda: property_of("ActiveState") == "active", "it is back")
    check(get("/get?name=x") == "x: 1\n", "it has its counters")


def purging_leaves_nothing():
    dpkg("-P", "counterd")
    check(property_of("ActiveState") != "active", "it has stopped")
    for path in ("/var/lib/counterd", "/etc/counterd", "/usr/bin/counterd",
                 "/etc/systemd/system/multi-user.target.wants/counterd.service",
                 "/etc/systemd/system/sockets.target.wants/counterd.socket"):
        check(not pathlib.Path(path).is_symlink() and not pathlib.Path(path).exists(), f"{path} is gone")


run_steps(installing_starts_it, upgrading_restarts_it, upgrading_keeps_its_socket, what_is_disabled_stays_so,
          removing_stops_it, purging_leaves_nothing)
