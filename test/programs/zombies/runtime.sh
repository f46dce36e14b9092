# runtime.sh <seconds> <call>: a shell that blocks in read, or that has become sleep(1).
# It starts no command while it has zombies: waiting for that, it would collect them.
seconds=$1
case $2 in
  read)
    echo '{"ready":true,"call":"read"}'
    read -r line
    if [ "$line" = sexton ]; then echo '{"end":true,"ok":true}'; else echo '{"end":true,"ok":false}'; exit 1; fi
    ;;
  exec)
    echo '{"ready":true,"call":"exec"}'
    exec sleep "$seconds"
    ;;
esac
