// One word is wrong, in many places: each is named once, and what is written with the right word in mind
// is not wrong, too.
thriftly::thrift!("unresolved.thrift");

struct Handler;

impl People for Handler {
    async fn get(&self, name: String, _: Option<Vec<String>>) -> Result<String, GetError> {
        Err(Missing { name }.into())
    }
    async fn put(&self, person: Person, _: Name) -> Result<(), PutError> {
        let _: Vec<String> = person.names;
        println!("{} {}", person.name.len(), person.ages["a"]);
        Ok(())
    }
    async fn all(&self, from: String) -> thriftly::Result<std::collections::BTreeSet<String>> {
        Ok([from, String::from("b")].into())
    }
}

impl BlockingPeople for Handler {
    fn get(&self, name: String, _: Option<Vec<String>>) -> Result<String, GetError> {
        Ok(name)
    }
    fn put(&self, _: Person, _: Name) -> Result<(), PutError> {
        Ok(())
    }
    fn all(&self, _: String) -> thriftly::Result<std::collections::BTreeSet<String>> {
        Ok(Default::default())
    }
}

async fn call(client: PeopleClient) -> Result<(), GetError> {
    let name: String = client.get("a", Some(&["b".to_string()])).await?;
    let _ = client.put(&Person { name, ..Person::default() }, &NOBODY).await;
    let _ = Either::Left("left".to_string());
    Ok(())
}

fn main() {
    let _ = (call, PeopleServer::new(Handler), BlockingPeopleServer::new(Handler));
}
