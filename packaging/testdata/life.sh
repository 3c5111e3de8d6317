# Installs the packages of one folder, upgrades to those of another, removes and
# purges them, on a copy of this machine's system: whatever is written goes to a
# file system in memory that is gone when this ends. To be run in mount, network
# and process namespaces of its own.
#
#   life.sh FIRST SECOND SCRATCH
set -eu -o pipefail
first=$1 second=$2 scratch=$3

wrong() { echo "life: $*" >&2; exit 1; }
step() { echo "== $*"; }

mount --make-rprivate /
mount -t tmpfs none "$scratch"
mkdir "$scratch/upper" "$scratch/work" "$scratch/root"
# The file system that holds the packages may be another than that of the system.
mkdir "$scratch/first" "$scratch/second"
cp "$first"/*.deb "$scratch/first"
cp "$second"/*.deb "$scratch/second"
mount -t overlay overlay -o "lowerdir=/,upperdir=$scratch/upper,workdir=$scratch/work" "$scratch/root"
root=$scratch/root
mkdir -p "$root/packages"
mv "$scratch/first" "$scratch/second" "$root/packages"
mount -t proc proc "$root/proc"
mount --bind /dev "$root/dev"
ip link set lo up 2>/dev/null || true

inside() { chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive LC_ALL=C "$@"; }
as() { local who=$1; shift; inside setpriv --reuid "facelatch-$who" --regid "facelatch-$who" --clear-groups "$@"; }
mode() { inside stat -c '%a %U' "$1"; }
expect() { [ "$1" = "$2" ] || wrong "$3: $1, not $2"; }
state() { inside sh -c 'find /var/lib/facelatch-controller /var/backups/facelatch /etc/facelatch -type f -exec sha256sum {} + | sort'; }

# A machine that has had the packages before is not a new one.
inside dpkg --purge facelatch facelatch-models >/dev/null 2>&1 || true
rm -rf "$root"/var/lib/facelatch-* "$root/etc/facelatch"

step install
inside sh -c 'dpkg --install /packages/first/*.deb'
for service in controller station desk edge; do
	expect "$(mode /var/lib/facelatch-$service)" "700 facelatch-$service" "the folder of the $service"
	[ ! -e "$root/etc/systemd/system/multi-user.target.wants/facelatch-$service.service" ] || wrong "$service is started before it was set up"
done
inside facelatch version --json | grep -q '"ready": *true' || wrong "not everything that is used is there"
installed=$(inside sha256sum /usr/lib/facelatch/facelatch | cut -d ' ' -f 1)
inside facelatch version --json | grep -q "\"program\":\"$installed\"" || wrong "version names another hash than that of the program"
inside facelatch --version | grep -q '^facelatch 1\.0 ' || wrong "another version"
expect "$(mode /var/backups/facelatch)" "700 facelatch-controller" "the folder of backups"
inside systemd-analyze verify /usr/lib/systemd/system/facelatch-{controller,station,desk,edge,backup}.service /usr/lib/systemd/system/facelatch-backup.timer
for service in controller station desk edge backup; do
	inside systemd-analyze security --offline=true --no-pager --threshold=20 "/usr/lib/systemd/system/facelatch-$service.service" >/dev/null ||
		wrong "the service of the $service has more rights than it needs"
done
inside man --where facelatch >/dev/null 2>&1 || echo "(manuals are not installed on this machine)"
inside bash -n /usr/share/bash-completion/completions/facelatch
inside dpkg --verify facelatch facelatch-models

step "set up as the manual says"
as controller facelatch site init /var/lib/facelatch-controller/site --name "Garden Court" --zone front --timezone UTC --no-station
echo "# changed by the operator" >>"$root/etc/facelatch/controller.env"
cp "$root/usr/share/doc/facelatch/examples/door.yaml" "$root/etc/facelatch/door.yaml"
as edge facelatch edge check-config --config /etc/facelatch/door.yaml
echo key >"$root/var/lib/facelatch-edge/key.pem"

# serve starts the controller as its service does, and waits for it.
serve() {
	local log=$root/tmp/serve.log
	rm -f "$log" "$root/tmp/serve.pid"
	as controller sh -c 'echo $$ >/tmp/serve.pid; cd /; umask 077; . /etc/facelatch/controller.env; exec /usr/lib/facelatch/facelatch controller serve $CONTROLLER_OPTIONS' >"$log" 2>&1 &
	local pid=$!
	for _ in $(seq 600); do
		if grep -q '^ready' "$log"; then
			kill -TERM "$(cat "$root/tmp/serve.pid")"
			wait $pid || wrong "the controller did not end well: $(cat "$log")"
			return
		fi
		kill -0 $pid 2>/dev/null || wrong "the controller did not start: $(cat "$log")"
		sleep 0.1
	done
	wrong "the controller is not ready: $(cat "$log")"
}
serve

# backup makes one as its service does.
backup() {
	as controller sh -c 'umask 077; . /etc/facelatch/backup.env; exec /usr/lib/facelatch/facelatch backup $BACKUP_OPTIONS'
}
if backup >/dev/null 2>&1; then wrong "a backup was made for nobody"; fi
sed -i 's/RECIPIENT"$/age1zytcgjkcqx7gy8gs09j6l87h7zdn4macqdnpa4wrquuelzfcx5qs8s5lme"/' "$root/etc/facelatch/backup.env"
backup
inside sh -c 'ls /var/backups/facelatch/*.age' >/dev/null || wrong "there is no backup"
as controller facelatch doctor /var/lib/facelatch-controller/site

step upgrade
before=$(state)
chmod 755 "$root/var/lib/facelatch-controller" # by mistake
inside sh -c 'dpkg --install /packages/second/*.deb'
expect "$(state)" "$before" "what was there before the upgrade"
expect "$(mode /var/lib/facelatch-controller)" "700 facelatch-controller" "the folder of the controller"
inside facelatch --version | grep -q '^facelatch 1\.1 ' || wrong "another version"
serve

step "install the same again, and the older one"
inside sh -c 'dpkg --install /packages/second/*.deb'
inside sh -c 'dpkg --install /packages/first/*.deb' >/dev/null 2>&1
inside sh -c 'dpkg --install /packages/second/*.deb'

step remove
before=$(state)
inside dpkg --remove facelatch facelatch-models
[ ! -e "$root/usr/bin/facelatch" ] || wrong "the program is still there"
[ ! -e "$root/usr/lib/facelatch" ] || wrong "its folder is still there"
[ ! -e "$root/usr/share/facelatch" ] || wrong "the models are still there"
expect "$(state)" "$before" "what should stay"
[ -e "$root/var/lib/facelatch-edge/key.pem" ] || wrong "the door's folder went with the program"

step "install again and purge"
inside sh -c 'dpkg --install /packages/second/*.deb'
expect "$(state)" "$before" "what should be found again"
inside dpkg --purge facelatch facelatch-models 2>&1 | tee "$root/tmp/purge.log"
grep -q '/var/lib/facelatch-controller is kept' "$root/tmp/purge.log" || wrong "nobody is told what stays"
[ ! -e "$root/var/lib/facelatch-edge" ] || wrong "the keys of the door are still there"
[ ! -e "$root/var/lib/facelatch-desk" ] || wrong "the keys of the desk are still there"
[ ! -e "$root/var/lib/facelatch-station" ] || wrong "an empty folder is still there"
grep -q '/var/backups/facelatch is kept' "$root/tmp/purge.log" || wrong "nobody is told that backups stay"
[ -e "$root/var/lib/facelatch-controller/site" ] || wrong "the site was purged"
[ ! -e "$root/etc/facelatch/controller.env" ] || wrong "what the service is started with is still there"
[ -e "$root/etc/facelatch/door.yaml" ] || wrong "a file of the operator was purged"
echo "all steps went as they should"
