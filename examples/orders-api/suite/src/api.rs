use serde_json::Value;

const TIMEOUT_SECONDS: u64 = 10;

/// The service, called over HTTP.
pub struct Api {
    url: String,
}

/// What the service answered.
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// The body; everything the service sends is JSON.
    pub body: Value,
}

impl Api {
    pub fn new(url: &str) -> Self {
        Self {
            url: url.trim_end_matches('/').into(),
        }
    }

    pub fn get(&self, path: &str) -> Result<Answer, String> {
        send(path, minreq::get(self.at(path)))
    }

    pub fn post(&self, path: &str, body: &Value) -> Result<Answer, String> {
        let request = minreq::post(self.at(path))
            .with_json(body)
            .map_err(|error| format!("{path}: {error}"))?;
        send(path, request)
    }

    fn at(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }
}

fn send(path: &str, request: minreq::Request) -> Result<Answer, String> {
    let response = request
        .with_timeout(TIMEOUT_SECONDS)
        .send()
        .map_err(|error| format!("{path}: {error}"))?;
    let body = response
        .json()
        .map_err(|error| format!("{path}: the answer is not JSON: {error}"))?;
    Ok(Answer {
        status: response.status_code,
        body,
    })
}
