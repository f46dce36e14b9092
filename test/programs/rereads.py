# An app without a profile: reads its file at the start and at each SIGHUP. Prints how often it has.
import signal
import sys

path, reads = sys.argv[1], 0


def load(*_):
    global reads
    reads += 1
    with open(path) as file:
        text = file.read()
    print(reads, len(text), flush=True)


signal.signal(signal.SIGHUP, load)
load()
while True:
    signal.pause()
