//! The grammar of `fields`: names, modifiers such as `.limit(20)`, and nested lists in braces. A
//! parser of its own, so that a client that writes the grammar wrongly is told so.

use crate::graph_error::GraphError;
use crate::paging::Ask;

const MAX_DEPTH: usize = 8;
const MAX_LENGTH: usize = 8_000;

/// One field that is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Field {
    /// Its name.
    pub(crate) name: String,
    /// Its paging modifiers.
    pub(crate) ask: Ask,
    /// What is asked of the nodes behind it; `None` for their default.
    pub(crate) fields: Option<Vec<Field>>,
}

/// Reads the value of a `fields` parameter.
pub(crate) fn parse(text: &str) -> Result<Vec<Field>, GraphError> {
    if text.len() > MAX_LENGTH {
        return Err(GraphError::fields_syntax(
            "Syntax error: fields is too long".to_owned(),
        ));
    }
    let mut parser = Parser {
        rest: text.chars().collect(),
        at: 0,
    };
    parser.skip_space();
    if parser.peek().is_none() {
        return Ok(Vec::new());
    }
    let fields = parser.list(0)?;
    match parser.peek() {
        None => Ok(fields),
        Some(_) => Err(parser.error("end of string")),
    }
}

/// Writes a list of fields back, as it stands in `paging.next`.
pub(crate) fn render(fields: &[Field]) -> String {
    let mut parts = Vec::with_capacity(fields.len());
    for field in fields {
        let mut text = field.name.clone();
        let ask = [
            ("limit", &field.ask.limit),
            ("after", &field.ask.after),
            ("before", &field.ask.before),
        ];
        for (name, value) in ask {
            if let Some(value) = value {
                text.push_str(&format!(".{name}({value})"));
            }
        }
        if let Some(inner) = &field.fields {
            text.push_str(&format!("{{{}}}", render(inner)));
        }
        parts.push(text);
    }
    parts.join(",")
}

struct Parser {
    rest: Vec<char>,
    at: usize,
}

impl Parser {
    fn peek(&self) -> Option<char> {
        self.rest.get(self.at).copied()
    }

    fn take(&mut self, wanted: char) -> bool {
        self.skip_space();
        let found = self.peek() == Some(wanted);
        if found {
            self.at += 1;
        }
        self.skip_space();
        found
    }

    fn skip_space(&mut self) {
        while self.peek().is_some_and(char::is_whitespace) {
            self.at += 1;
        }
    }

    fn error(&self, wanted: &str) -> GraphError {
        let found = self
            .peek()
            .map_or("end of string".to_owned(), |found| format!("\"{found}\""));
        GraphError::fields_syntax(format!(
            "Syntax error \"Expected {wanted} instead of {found}.\" at character {}",
            self.at
        ))
    }

    fn list(&mut self, depth: usize) -> Result<Vec<Field>, GraphError> {
        if depth > MAX_DEPTH {
            return Err(GraphError::fields_syntax(
                "Syntax error: nested too deeply".to_owned(),
            ));
        }
        let mut fields = vec![self.field(depth)?];
        while self.take(',') {
            fields.push(self.field(depth)?);
        }
        Ok(fields)
    }

    fn field(&mut self, depth: usize) -> Result<Field, GraphError> {
        let name = self.name()?;
        let mut ask = Ask::default();
        while self.take('.') {
            let modifier = self.name()?;
            if !self.take('(') {
                return Err(self.error("\"(\""));
            }
            let value = self.argument();
            if !self.take(')') {
                return Err(self.error("\")\""));
            }
            match modifier.as_str() {
                "limit" => ask.limit = Some(value),
                "after" => ask.after = Some(value),
                "before" => ask.before = Some(value),
                other => {
                    return Err(GraphError::parameter(format!(
                        "(#100) Unknown modifier: {other}"
                    )));
                }
            }
        }
        let fields = if self.take('{') {
            let inner = self.list(depth + 1)?;
            if !self.take('}') {
                return Err(self.error("\"}\""));
            }
            Some(inner)
        } else {
            None
        };
        Ok(Field { name, ask, fields })
    }

    fn name(&mut self) -> Result<String, GraphError> {
        self.skip_space();
        let mut name = String::new();
        while let Some(next) = self
            .peek()
            .filter(|next| next.is_ascii_alphanumeric() || *next == '_')
        {
            name.push(next);
            self.at += 1;
        }
        if name.is_empty() {
            Err(self.error("a field name"))
        } else {
            Ok(name)
        }
    }

    fn argument(&mut self) -> String {
        let mut value = String::new();
        while let Some(next) = self
            .peek()
            .filter(|next| !matches!(next, ')' | '(' | '{' | '}'))
        {
            value.push(next);
            self.at += 1;
        }
        value.trim().to_owned()
    }
}

#[cfg(test)]
mod tests;
