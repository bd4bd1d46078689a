//! `RabbitMQ`.

use std::ffi::OsString;
use std::ops::Deref;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::install;
use crate::port::Port;
use crate::server::{Server, directory};
use crate::tls::Certificates;

/// A `RabbitMQ` broker without plugins, a node and a port mapper of its own. The user is `guest`, the password `guest`.
pub struct RabbitMq {
    server: Server,
    port: Port,
    secure: Port,
    /// Of the port mapper, and between nodes.
    others: [Port; 2],
    settings: Vec<(&'static str, OsString)>,
    programs: PathBuf,
}

impl RabbitMq {
    /// Starts one.
    pub fn start() -> Self {
        Self::start_with(&[])
    }

    /// Starts one that takes TLS too.
    pub fn start_secure(certificates: &Certificates) -> Self {
        let port = Port::free();
        let lines = [
            format!("listeners.ssl.default = {}", port.number),
            format!("ssl_options.cacertfile = {}", certificates.authority().display()),
            format!("ssl_options.certfile = {}", certificates.certificate().display()),
            format!("ssl_options.keyfile = {}", certificates.key().display()),
        ];
        Self { secure: port, ..Self::start_with(&lines.each_ref().map(String::as_str)) }
    }

    /// Starts two that are one cluster.
    pub fn start_two() -> [Self; 2] {
        let first = Self::start();
        let second = Self::launch(&[], Some(&first));
        for words in [&["stop_app"][..], &["join_cluster", &first.node()], &["start_app"]] {
            second.ctl(words);
        }
        [first, second]
    }

    /// Starts one with lines of `rabbitmq.conf`.
    pub fn start_with(conf: &[&str]) -> Self {
        Self::launch(conf, None)
    }

    /// With another, it has that one's port mapper and cookie.
    fn launch(conf: &[&str], other: Option<&Self>) -> Self {
        let (programs, port, others) = (install::rabbit(), Port::free(), [Port::free(), Port::free()]);
        let dir = directory();
        let path = |name: &str| dir.path().join(name).into_os_string();
        let home = other.map_or(dir.path(), |other| other.dir());
        let mapper = other.map_or(others[0].number, |other| other.others[0].number);
        std::fs::write(path("rabbitmq.conf"), conf.join("\n")).unwrap();
        let settings = vec![
            ("bin", programs.clone().into_os_string()),
            ("HOME", home.into()),
            ("ERL_EPMD_ADDRESS", "127.0.0.1".into()),
            ("ERL_EPMD_PORT", mapper.to_string().into()),
            ("RABBITMQ_DIST_PORT", others[1].number.to_string().into()),
            ("RABBITMQ_NODENAME", node(&port).into()),
            ("RABBITMQ_NODE_IP_ADDRESS", "127.0.0.1".into()),
            ("RABBITMQ_NODE_PORT", port.number.to_string().into()),
            ("RABBITMQ_CONF_ENV_FILE", "/dev/null".into()),
            ("RABBITMQ_CONFIG_FILE", path("rabbitmq.conf")),
            ("RABBITMQ_ADVANCED_CONFIG_FILE", path("advanced.config")),
            ("RABBITMQ_ENABLED_PLUGINS_FILE", path("enabled_plugins")),
            ("RABBITMQ_MNESIA_BASE", path("data")),
            ("RABBITMQ_LOG_BASE", path("logs")),
            ("RABBITMQ_LOGS", "-".into()),
            ("RABBITMQ_PID_FILE", path("pid")),
            // Idle schedulers leave the processors to the tests.
            ("RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS", "+sbwt none +sbwtdcpu none +sbwtdio none".into()),
            // The script becomes the server, rather than its parent.
            ("RUNNING_UNDER_SYSTEMD", "true".into()),
        ];
        let server = Server::start(include_str!("rabbit.sh"), dir, &settings);
        Self { server, port, secure: Port::free(), others, settings, programs }
    }

    /// Its address, with user and password.
    pub fn url(&self) -> String {
        format!("amqp://guest:guest@{}/%2f", self.address())
    }

    /// Its address for TLS, of one started so, with user and password.
    pub fn secure_url(&self) -> String {
        format!("amqps://guest:guest@127.0.0.1:{}/%2f", self.secure.number)
    }

    /// Host and port.
    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port.number)
    }

    fn node(&self) -> String {
        node(&self.port)
    }

    /// What `rabbitmqctl` says to these words; takes a second or two.
    pub fn ctl(&self, words: &[&str]) -> String {
        let mut command = Command::new("sh");
        command.args(["-c", include_str!("ctl.sh"), "sh"]).args(words).stdin(Stdio::null());
        command.envs(self.settings.iter().map(|(name, value)| (name, value))).env("bin", &self.programs);
        let said = command.output().unwrap();
        let text = String::from_utf8_lossy(&said.stdout).into_owned();
        assert!(said.status.success(), "{text}{}\n{}", String::from_utf8_lossy(&said.stderr), self.log());
        text
    }
}

fn node(port: &Port) -> String {
    format!("ringfold-{}@localhost", port.number)
}

impl Deref for RabbitMq {
    type Target = Server;

    fn deref(&self) -> &Server {
        &self.server
    }
}
