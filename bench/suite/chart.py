"""The chart: CPU per request, as SVG, by gnuplot."""

import subprocess

#: Servers with one loop, thread or worker.
PLAIN = ("floor, 1 thread", "counterd", "h2o, 1 thread", "nginx, 1 worker", "go mutex, 1 thread",
         "webdis, 1 thread")
V1 = ("GET", "POST JSON", "POST JSON with key", "batch of 1000", "list of 1000")


def bars(names, columns):
    """Rows of gnuplot's data: a name, and a value of each column."""
    return "\n".join(f'"{name}" ' + " ".join(str(column.get(name) or 0) for column in columns)
                     for name in names)


def cpu(loads, load, server):
    return loads.get(load, {}).get(server, {}).get("cpu_us")


def draw(loads, path):
    plain = [{name: cpu(loads, load, name) for name in PLAIN} for load in ("wrk -c8", "wrk -c64")]
    v1 = {kind: ((cpu(loads, f"v1, {kind}", "counterd") or 0)
                 / (cpu(loads, f"v1, {kind}", "go, 1 thread") or 1)) for kind in V1}
    script = f"""
set terminal svg size 900,420 font 'sans,12' background '#ffffff'
set output '{path}'
set style data histogram
set style histogram clustered gap 1
set style fill solid 0.85 border -1
set linetype 1 lc rgb '#4477aa'
set linetype 2 lc rgb '#228833'
set yrange [0:*]
set grid y
set xtics rotate by -25
$plain << END
{bars(PLAIN, plain)}
END
$v1 << END
{bars(V1, [v1])}
END
set multiplot layout 1,2
set key top left
set title '/inc, one loop or worker each'
set ylabel 'CPU µs/request (less is better)'
plot $plain using 2:xtic(1) title 'wrk -c8', $plain using 3:xtic(1) title 'wrk -c64'
set key off
set title '/v1, beside a Go server of one thread'
set ylabel 'CPU, counterd / Go (less is better)'
plot $v1 using 2:xtic(1), 1 with lines lc rgb '#000000'
unset multiplot
"""
    subprocess.run(["gnuplot"], input=script, text=True, check=True, timeout=60)
