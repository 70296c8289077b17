# The warden ends process groups for a registry, and all of them when the registry itself is gone.
# It reads commands from its input, which ends with the registry, however that ended:
#   add GROUP    this group belongs to the registry
#   term GROUP   ask it to end
#   kill GROUP   end it
#   sweep MARK   end what a child has left behind outside its group
#   drop GROUP   it has ended
# $1 is the mark that every child carries in its environment: on Linux it also finds a child that was
# started in the very moment of the registry's death, and one that has left its group.
trap '' INT TERM HUP
mark=$1
groups=' '
signal() { kill -s "$1" -- "-$2" 2>/dev/null; }
sweep() {
  [ -d /proc/self ] || return
  # Twice: a process may fork while it is looked for.
  for round in 1 2; do
    for file in $(grep -lzx -- "$1" /proc/[0-9]*/environ 2>/dev/null); do
      pid=${file#/proc/}
      pid=${pid%/environ}
      [ "$pid" = "$$" ] || kill -s KILL "$pid" 2>/dev/null
    done
  done
}
while read -r command group; do
  case $command in
    add) groups="$groups$group " ;;
    term) signal TERM "$group" ;;
    kill) signal KILL "$group" ;;
    sweep) sweep "MCP_REGISTRY_CHILD=$group" ;;
    drop)
      case $groups in
        *" $group "*) groups="${groups%%" $group "*} ${groups#*" $group "}" ;;
      esac ;;
  esac
done
for group in $groups; do signal KILL "$group"; done
sweep "MCP_REGISTRY_OWNER=$mark"
exit 0
