#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# diagnose 538 ORIGIN --probe, against real servers of OpenSSL and GnuTLS: what they take, whose
# certificates they have, what is told of those that do not answer; and what the process that asks
# may do. A probe takes some 11 seconds, so all of them run at once.
# shellcheck source=tests/net/lib.sh
source "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/origin_part.sh
source "$(dirname "$0")/origin_part.sh"

www=www.a.example
declare -A probes=()

# --- servers, each on a port of its own

ca_config() {
	cat >"$work/ca.conf" <<-END
		[ca]
		default_ca = own
		[own]
		database = $work/index
		rand_serial = yes
		default_md = sha256
		policy = any
		new_certs_dir = $work
		copy_extensions = copy
		[any]
		commonName = supplied
	END
	: >"$work/index"
	echo 'unique_subject = no' >"$work/index.attr"
}

# signed FILE NAME START END: a certificate of our CA, from and to YYYYMMDDHHMMSSZ.
signed() {
	local file=$work/$1 host=$2 from=$3 to=$4

	openssl req -new -key "$work/key" -out "$file.csr" -subj "/CN=$host" \
		-addext "subjectAltName=DNS:$host,DNS:b.example"
	openssl ca -batch -notext -config "$work/ca.conf" -cert "$work/ca.pem" \
		-keyfile "$work/key" -in "$file.csr" -out "$file.pem" -startdate "$from" -enddate "$to"
}

certificates() {
	local now later long_ago yesterday

	now=$(date -u -d '-1 day' +%Y%m%d%H%M%SZ)
	later=$(date -u -d '+90 days +1 hour' +%Y%m%d%H%M%SZ)
	long_ago=$(date -u -d '-90 days' +%Y%m%d%H%M%SZ)
	yesterday=$(date -u -d '-3 days -1 hour' +%Y%m%d%H%M%SZ)
	ca_config
	openssl genrsa -out "$work/key" 2048
	openssl req -x509 -key "$work/key" -out "$work/ca.pem" -subj '/CN=Test CA' -days 365
	signed good $www "$now" "$later"
	signed expired $www "$long_ago" "$yesterday"
	signed other www.other.example "$now" "$later"
	openssl req -x509 -key "$work/key" -out "$work/self.pem" -subj $'/CN=\x1b[31mred' \
		-addext "subjectAltName=DNS:$www" -days 5
}

# serve PORT CERTIFICATE [OPTION...]: openssl s_server.
serve() {
	local port=$1 certificate=$work/$2

	shift 2
	(exec nsenter --net="/run/netns/ecdn-$id-client" openssl s_server -quiet -accept "$port" \
		-cert "$certificate.pem" -key "$work/key" "$@" >/dev/null 2>&1 </dev/null) &
}

# serve_gnutls PORT OPTION...
serve_gnutls() {
	local port=$1

	shift
	(exec nsenter --net="/run/netns/ecdn-$id-client" gnutls-serv -q --http -p "$port" \
		--x509certfile "$work/good.pem" --x509keyfile "$work/key" "$@" >/dev/null 2>&1 </dev/null) &
}

# serve_python PORT: does what standard input says, in Python, with each connection `c`.
serve_python() {
	local deed

	deed=$(cat)
	(exec nsenter --net="/run/netns/ecdn-$id-client" python3 -c '
import os, socket, struct, sys, time
s = socket.socket()
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind(("", int(sys.argv[1])))
s.listen(64)
kept = []
while True:
	c = s.accept()[0]
	exec(sys.argv[2])
' "$1" "$deed") &
}

listens() {
	[ -n "$(on client ss -Hltn "sport = $1")" ]
}

servers() {
	local port

	serve 4412 good -tls1_2
	serve 4413 good -tls1_3 -alpn h2
	serve 4414 good -tls1_2 -cipher ECDHE-RSA-CHACHA20-POLY1305
	serve 4415 good -tls1_2 -cipher AES128-GCM-SHA256
	serve 4416 good -tls1 -cipher ALL:@SECLEVEL=0
	serve 4417 good -tls1_3 -ciphersuites TLS_AES_128_GCM_SHA256 -groups P-384
	serve 4421 expired
	serve 4422 self
	serve 4423 other
	serve 4424 good -tls1_3 -Verify 1 -CAfile "$work/ca.pem"
	serve 4425 good -tls1_2 -Verify 1 -CAfile "$work/ca.pem"
	serve 4426 good -cert2 "$work/good.pem" -key2 "$work/key" -servername www.other.example -servername_fatal
	serve_gnutls 4431 --disable-client-cert
	serve_gnutls 4432 --require-client-cert --x509cafile "$work/ca.pem" --priority NORMAL:-VERS-ALL:+VERS-TLS1.3
	serve_python 4441 <<-'END'
		c.recv(4096); c.sendall(b"HTTP/1.0 400 Bad \x1b[31m request\r\n\r\n"); c.close()
	END
	serve_python 4444 <<-'END'
		c.recv(5); c.sendall(b"\x16\x03\x03\x40\x00" + os.urandom(16384)); c.close()
	END
	serve_python 4445 <<<'c.recv(1); c.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)); c.close()'
	for port in 4412 4413 4414 4415 4416 4417 4421 4422 4423 4424 4425 4426 4431 4432 4441 4444 4445; do
		wait_for 10 listens $port
	done
}

# --- probes

# probe WHAT PORT|NAME [OPTION...]: begins one; its JSON, or text, is in the file WHAT.
probe() {
	local what=$1 origin=$2

	shift 2
	[[ $origin != 44* ]] || origin=$origin_ip:$origin
	(SSL_CERT_FILE=$work/ca.pem inside "$build/ecdn-xdp" diagnose --pin-dir "$pin" \
		538 "$origin" --probe "$@" >"$work/$what" 2>"$work/$what.err") &
	probes[$what]=$!
}

# probe_as WHAT OPTION...: one of a port that refuses, by a process of fewer privileges.
probe_as() {
	local what=$1

	shift
	(inside setpriv "$@" "$build/ecdn-xdp" diagnose --pin-dir "$pin" 538 $origin_ip:4442 \
		--probe --json >"$work/$what" 2>"$work/$what.err") &
	probes[$what]=$!
}

begin() {
	local what port

	while read -r what port; do
		probe "$what" "$port" --json --sni $www
	done <<-'END'
		only_12 4412
		only_13 4413
		chacha 4414
		key_rsa 4415
		only_10 4416
		narrow 4417
		expired 4421
		self_signed 4422
		other_name 4423
		client_13 4424
		client_12 4425
		unknown_name 4426
		gnutls 4431
		gnutls_client 4432
		http 4441
		refused 4442
		garbage 4444
		reset 4445
	END
	probe text 4412 --sni $www
	probe nameless 4412 --json
	probe offer 4412 --json --offer TLSv1.3:TLS_AES_128_GCM_SHA256:X25519
	probe code 4421 --exit-code --sni $www
	probe named shop --json
	probe killed 4412 --json
	(inside script -qec "$build/ecdn-xdp diagnose 538 $origin_ip:4442 --probe" /dev/null \
		>"$work/terminal" </dev/null) &
	probes[terminal]=$!
	probe_as user --reuid 65534 --regid 65534 --clear-groups
	probe_as no_chroot --bounding-set=-sys_chroot
	probe_as no_setuid --bounding-set=-setuid
	probe_as no_mark --bounding-set=-net_admin,-net_raw
	probe old 4416 --json --offer TLSv1:@SECLEVEL=0
}

# of WHAT FILTER: of what a probe has printed.
of() {
	jq -r "$2" "$work/$1"
}

# takes WHAT: the families that an origin takes, by version.
takes() {
	of "$1" '[.probes[0].takes[] | select(.taken) | "\(.version) \(.family)"] | join(", ")'
}

causes() {
	of "$1" '[.findings[].cause] | sort | join(" ")'
}

test_child() {
	local child status

	child=
	wait_for 30 child_of "${probes[silent]}" || not_ok "silent: the child" "$(<"$work/silent.err")"
	child=$(pgrep -P "${probes[silent]}")
	status=$(<"/proc/$child/status")
	has "child: it is nobody" '^Uid:\s65534\s65534\s65534\s65534$' "$status"
	has "child: its group too" '^Gid:\s65534\s65534\s65534\s65534$' "$status"
	has "child: it has no other groups" '^Groups:\s*$' "$status"
	is "child: it has no capabilities, and can get none" 5 "$(grep -c '^Cap...:\s0000000000000000$' <<<"$status")"
	has "child: no new privileges" '^NoNewPrivs:\s1$' "$status"
	has "child: its system calls are filtered" '^Seccomp:\s2$' "$status"
	is "child: its fds are a pipe and sockets" "pipe socket" \
		"$(find "/proc/$child/fd" -type l -printf '%l\n' | sed 's/:.*//' | sort -u | xargs)"
	has "child: its root is a directory that is gone" 'ecdn-xdp-probe\..* \(deleted\)$' \
		"$(readlink "/proc/$child/root")"
	has "child: it can open no file" '^Max open files +1 +1 ' "$(<"/proc/$child/limits")"
	has "child: it can write no file" '^Max file size +0 +0 ' "$(<"/proc/$child/limits")"
	has "child: its CPU time ends" '^Max cpu time +20 +20 ' "$(<"/proc/$child/limits")"
	is "child: nobody else's process may look into it" root "$(stat -c %U "/proc/$child/mem")"
	is "child: nothing is left in /run" "" "$(find /run /tmp -maxdepth 1 -name 'ecdn-xdp-probe*')"
}

# The child of a probe, once it has given its privileges away.
child_of() {
	local child

	child=$(pgrep -P "$1") && grep -q '^Seccomp:.2$' "/proc/$child/status"
}

# The child of a probe has told of a connection: it closes the socket after that.
has_told() {
	local child

	child_of "$1" && child=$(pgrep -P "$1") &&
		(($(find "/proc/$child/fd" -lname 'socket:*' | wc -l) <= 11))
}

# What is heard before its end is kept.
test_killed() {
	wait_for 30 has_told "${probes[killed]}" || not_ok "killed: the child" "$(<"$work/killed.err")"
	kill -KILL "$(pgrep -P "${probes[killed]}")"
	wait "${probes[killed]}" || true
	is "killed: the finding" "probe_ended" "$(causes killed)"
	has "killed: why" 'ended by a signal \(Killed\)' "$(of killed '.probes[0].fault')"
	is "killed: what was heard" "true 1.2" "$(of killed '.probes[0].answer | "\(.taken) \(.version)"')"
}

all_end() {
	local what

	for what in "${!probes[@]}"; do
		wait "${probes[$what]}" || true
	done
}

test_takes() {
	is "1.2 only: what it takes" "1.2 ECDHE-RSA AES-GCM, 1.2 ECDHE CHACHA20, 1.2 ECDHE CBC, 1.2 RSA key exchange" "$(takes only_12)"
	is "1.2 only: nothing is wrong" fine "$(causes only_12)"
	is "1.2 only: ok" true "$(of only_12 .ok)"
	is "1.3 only: what it takes" "1.3 TLS_AES_128_GCM_SHA256, 1.3 TLS_AES_256_GCM_SHA384, 1.3 TLS_CHACHA20_POLY1305_SHA256, 1.3 X25519, 1.3 P-256, 1.3 P-384" "$(takes only_13)"
	is "1.3 only: ALPN" h2 "$(of only_13 '.probes[0].answer.alpn')"
	is "1.3 only: the others' alert" protocol_version \
		"$(of only_13 '[.probes[0].takes[] | select(.version == "1.2") | .alert] | unique | join(" ")')"
	is "a cipher: what it takes" "1.2 ECDHE CHACHA20" "$(takes chacha)"
	is "a suite and a group: what it takes" "1.3 TLS_AES_128_GCM_SHA256, 1.3 P-384" "$(takes narrow)"
	is "RSA key exchange: what it takes" "1.2 RSA key exchange" "$(takes key_rsa)"
	is "RSA key exchange: the finding" only_rsa_key_exchange "$(causes key_rsa)"
	is "1.0 only: what it takes" "1.0 any" "$(takes only_10)"
	is "1.0 only: the offer is refused" "only_old_versions false" \
		"$(causes only_10) $(of only_10 '.probes[0].answer.taken')"
	is "1.0 only: an offer of 1.0 is taken" "only_old_versions true 1.0" \
		"$(causes old) $(of old '.probes[0].answer | "\(.taken) \(.version)"')"
	has "GnuTLS: what it takes" '1.3 TLS_AES_256_GCM_SHA384, .*1.3 P-384, 1.2 ECDHE-RSA AES-GCM' "$(takes gnutls)"
	is "another offer: what it takes is told, too" "$(takes only_12)" "$(takes offer)"
	is "another offer: the finding" no_common_version "$(causes offer)"
	is "another offer: it is shown" TLSv1.3:TLS_AES_128_GCM_SHA256:X25519 "$(of offer '.probes[0].offer')"
	is "another offer: its rows" "TLS_AES_128_GCM_SHA256 X25519" \
		"$(of offer '[.probes[0].takes[] | select(.offered) | .family] | join(" ")')"
}

certificate() {
	of "$1" ".probes[0].certificates[0] | $2"
}

test_certificates() {
	is "certificate: good" "CN=$www CN=Test CA 90 true true true false RSA 2048" \
		"$(certificate only_12 '"\(.subject) \(.issuer) \(.days_left) \(.verifies) \(.complete) \(.matches) \(.self_signed) \(.key) \(.bits)"')"
	is "certificate: its names" "$www b.example" "$(certificate only_12 '.names | join(" ")')"
	is "certificate: expired" "certificate_expired -3 expired" \
		"$(causes expired) $(certificate expired '"\(.days_left) \(.wrong | join(" "))"')"
	has "certificate: since when it has expired" 'expired 3 days ago' "$(of expired '.findings[0].seen')"
	has "certificate: what to do" '^Renew' "$(of expired '.findings[0].remedy')"
	is "certificate: of another name" "host_name false true" \
		"$(causes other_name) $(certificate other_name '"\(.matches) \(.verifies)"')"
	is "certificate: no name was asked for" "fine null null" \
		"$(causes nameless) $(certificate nameless .matches) $(of nameless '.probes[0].sni')"
	is "certificate: self-signed" "certificate_expires self_signed true false" \
		"$(causes self_signed) $(certificate self_signed '"\(.self_signed) \(.verifies)"')"
	has "certificate: text is escaped" '^CN=\\\\1B\[31mred$|^CN=\\1B\[31mred$|^CN=\\x1b\[31mred$' "$(certificate self_signed .subject)"
	is "the exit code says that something is wrong" 3 "$(wait "${probes[code]}"; echo $?)"
}

test_clients() {
	local what

	for what in client_13 client_12 gnutls_client; do
		is "$what: the finding" client_certificate "$(causes $what)"
		is "$what: it is told" "true true false" "$(of $what '.probes[0] |
			"\(.client_certificate.wanted) \(.client_certificate.required) \(.answer.taken)"')"
		is "$what: by whom" "CN=Test CA" "$(of $what '.probes[0].client_certificate.authorities | join(" ")')"
	done
	is "client_13: the alert" certificate_required "$(of client_13 '.probes[0].answer.alert')"
	is "client_12: the alert" handshake_failure "$(of client_12 '.probes[0].answer.alert')"
	is "client_12: what it takes is told" "$(takes only_12)" "$(takes client_12)"
	is "a name that is not served" "host_name unrecognized_name" \
		"$(causes unknown_name) $(of unknown_name '.probes[0].answer.alert')"
}

test_nothing() {
	is "HTTP: the finding, after two connections" "not_tls 2 nothing" \
		"$(causes http) $(of http '.probes[0] | "\(.connections) \(.stopped)"')"
	is "HTTP: the first bytes" 'HTTP/1.0 400 Bad \x1b[31m request\x0d\x0a' "$(of http '.probes[0].answer.first')"
	is "refused: the finding, after two connections" "refused 2 nothing" \
		"$(causes refused) $(of refused '.probes[0] | "\(.connections) \(.stopped)"')"
	is "silent: the finding, after two connections" "handshake_silence 2 nothing" \
		"$(causes silent) $(of silent '.probes[0] | "\(.connections) \(.stopped)"')"
	between "silent: ten seconds a connection" 9900 11000 "$(of silent '.probes[0].answer.ms')"
	is "garbage: the finding" "alert_by_node false" \
		"$(causes garbage) $(of garbage '.probes[0].answer.taken')"
	is "garbage: the child came to its end" null "$(of garbage '.probes[0].fault')"
	is "reset: the finding" handshake_reset "$(causes reset)"
}

# The child of another user than root stays who he is. Root's gives all away or does not begin.
test_privileges() {
	is "a user: probes, without the mark" "refused false" \
		"$(causes user) $(of user '.probes[0].marked')"
	is "root without the right to set marks: the same" "refused false" \
		"$(causes no_mark) $(of no_mark '.probes[0].marked')"
	has "root that cannot change its root: nothing is asked" \
		'cannot probe: .*empty directory.*; nothing was asked$' "$(<"$work/no_chroot.err")"
	has "root that cannot become nobody: nothing is asked" \
		'cannot probe: .*become nobody.*; nothing was asked$' "$(<"$work/no_setuid.err")"
}

# keys_documented: those of a probe, in the manual.
keys_documented() {
	sed -n '/^\.SH KEYS OF A PROBE$/,/^\.fi/p' "$top/user/ecdn-xdp-json.5" |
		sed '/^\./d; s/ .*//; s/\\-/-/g' | grep '\.' | sort -u
}

keys_printed() {
	jq -r '.probes | [paths(type != "object" and (type != "array" or length == 0))] |
		.[] | map(if type == "number" then "[]" else . end) |
		if .[-1] == "[]" then .[:-1] else . end | ["probes"] + . |
		join(".") | gsub("\\.\\[\\]"; "[]")' "$work/client_12" "$work/only_12" | sort -u
}

test_shown() {
	local said

	said=$(<"$work/text")
	has "text: the origin" "^origin +$origin_ip:4412, asked for $www; [0-9]+ connections$" "$said"
	has "text: the offer" "^offer +OpenSSL's default: taken, TLS 1.2, TLS_ECDHE_RSA" "$said"
	has "text: the certificate" '^valid .* 90 days left$' "$said"
	has "text: the chain" "^chain +1 sent; verifies by this host's CAs$" "$said"
	has "text: a row" '^1\.2  ECDHE-RSA AES-GCM +yes +yes +TLS 1\.2, TLS_ECDHE' "$said"
	has "text: the finding" '^538 .*this origin takes what this node offers: TLS 1.2' "$said"
	is "text: nothing on standard error, which is no terminal" "" "$(<"$work/text.err")"
	said=$(<"$work/terminal")
	has "terminal: progress" "$origin_ip:4442: 1 of up to 12 connections" "$said"
	has "terminal: it is gone before what follows" $'\r\e\\[Korigin +'"$origin_ip:4442" "$said"
	is "nothing raw" "" "$(LC_ALL=C grep -aP '[\x00-\x08\x0b-\x1f\x7f-\xff]' "$work"/{text,code,http,self_signed} || true)"
	is "the keys that the manual lists" "$(keys_documented)" "$(keys_printed)"
}

# All of what a probe sends has the mark, which the observer passes over; one is the proxy's.
test_marked() {
	local counted

	counted=$(on edge nft -j list counters | jq -c '[.nftables[].counter? // empty | {(.name): .packets}] | add')
	between "mark: probes were counted" 100 300 "$(jq .marked <<<"$counted")"
	is "mark: none is without, but for those that were not allowed it" 6 "$(jq .unmarked <<<"$counted")"
	is "mark: JSON says so" true "$(of only_12 '.probes[0].marked')"
	for what in only_12 only_13 client_13; do
		between "$what: at most twelve connections" 2 12 "$(of $what '.probes[0].connections')"
	done
}

test_words() {
	local ask=(on edge "$build/ecdn-xdp" diagnose --pin-dir "$pin")

	fails "an offer of nothing" 2 'knows no version' "${ask[@]}" 538 $origin_ip --probe --offer nonsense
	fails "a name that is none" 2 'a host name has' "${ask[@]}" 538 $origin_ip --probe --sni 'a b'
	fails "without an origin" 2 'ORIGIN' "${ask[@]}" 538 --probe
	fails "of another row" 2 'ORIGIN' "${ask[@]}" 522 $origin_ip --probe
	fails "an offer without a probe" 2 'for --probe' "${ask[@]}" 538 $origin_ip --offer TLSv1.2
	fails "a name, and no observer" 1 'nothing is loaded|no observer' "${ask[@]}" 538 $www --probe
}

# The observer is there before anything is asked. What it has seen is two connections of the proxy's.
observe() {
	ecdn load --origin --origin-cgroup "$cgroup" --origin-ports 4412,4413,4441/http,4443 >/dev/null
	ecdn origin add shop "$origin_ip:4412" "$origin_ip:4441" --sni $www >/dev/null
	(inside curl -s -m 5 "http://$origin_ip:4441/" >/dev/null) || true
	(inside timeout 5 openssl s_client -connect "$origin_ip:4413" -servername seen.example \
		>/dev/null 2>&1 </dev/null) || true
}

test_observed() {
	is "named: its address is asked, by its host name" "shop $origin_ip 4412 $www fine" \
		"$(of named '.probes[0] | "\(.name) \(.address) \(.port) \(.sni)"') $(causes named)"
	is "named: a port that speaks plain HTTP is not asked for a handshake" "1 http" \
		"$(of named '.probes | length') $(ecdn origin --json |
			jq -r '.origins[] | select(.port == 4441) | .protocol')"
	is "seen: the observer has its name" seen.example "$(ecdn origin --json |
		jq -r '.origins[] | select(.port == 4413) | .sni // .name')"
	fails "seen: it is not asked" 1 'was seen, and not named' ecdn diagnose 538 seen.example --probe
	fails "neither seen nor named" 2 'no name of an origin' ecdn diagnose 538 nobody.example --probe
	is "the observer has counted none of the probes" 2 "$(counted connections)"
}

set_up() {
	origin_hosts
	on edge nft -f - <<-'END'
		table inet probe {
			counter marked { }
			counter unmarked { }
			chain out {
				type filter hook output priority 0;
				tcp flags & (syn | ack) == syn meta mark 0x0ec00001 counter name marked accept
				tcp flags & (syn | ack) == syn counter name unmarked
			}
		}
	END
}

# Silence takes longest, so it begins first.
set_up
serve_python 4443 <<<'kept.append(c)'
wait_for 10 listens 4443
test_words
probe silent 4443 --json --sni $www
test_child
certificates >/dev/null 2>&1
servers
observe
begin
test_killed
all_end
test_privileges
test_takes
test_certificates
test_clients
test_nothing
test_shown
test_marked
test_observed
finish
