new="-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2"
openssl req -x509 $new -subj "/CN=authority of a test" -keyout ca.key -out ca.pem
openssl req $new -subj /CN=localhost -keyout server.key -out server.csr
echo subjectAltName=IP:127.0.0.1,DNS:localhost >names
openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile names -out server.pem
cat server.key server.pem >both.pem
# Some servers are nobody's when root tests, and read a key only if it is their own.
if [ "$(id -u)" = 0 ]; then chown -R 65534:65534 .; fi
