//! What every managed Wavix object does the same way. An object says its facts
//! ([`object::RemoteObject`]) and gets the rest from here. Two levels: functions that a
//! resource with a lifecycle of its own calls, and [`managed::Managed`], which strings them
//! together for the ordinary case. Names no object.
//!
//! | file | decides |
//! |---|---|
//! | `object` | what there is to say of a kind of object |
//! | `noun`, `verb` | how messages speak of it, and what failures mean |
//! | `record`, `told`, `body` | from answers to states, and from plans to requests |
//! | `endpoints` | one function per HTTP call |
//! | `compare`, `verify`, `take_back`, `unreadable` | what differs, whether Wavix did what it was asked, and undoing it |
//! | `reconcile`, `adopt`, `refused` | what became of a create whose answer was lost, refused or sent twice |
//! | `create`, `read`, `write`, `patch`, `delete` | the verbs, until it is certain what they came to |
//! | `find`, `settle`, `trail`, `presence`, `absent` | an object by its key, also while Wavix is behind its own writes, and what is said when it is not there |
//! | `plan`, `doubles`, `in_use`, `looks` | when a plan is made, and what it would like to know of the account |
//! | `context`, `slot`, `list_walk`, `shared_reads`, `claims`, `siblings`, `sightings`, `run`, `turns` | what a process knows of the account, of its objects, of other processes, and what waits for what |
//! | `omission` | settings that the configuration leaves out |
//! | `shown_once` | secrets that only the answer to a create has |
//! | `label`, `stamp`, `patience`, `secret_value` | which labels mean the same, how old something is, how long to wait, secrets in models |
//! | `views` | data sources, list, identity, import |
//! | `managed` | the ordinary resource |
//! | `lasting` | the resource of an object that is there before it and after it |
//! | `natural` | the resource whose key users choose, written by POST and DELETE |

pub mod absent;
pub mod adopt;
pub mod body;
pub mod claims;
pub mod compare;
pub mod context;
pub mod create;
pub mod delete;
pub mod doubles;
pub mod endpoints;
pub mod find;
pub mod in_use;
pub mod label;
pub mod lasting;
pub mod list_walk;
pub mod looks;
pub mod managed;
pub mod natural;
pub mod noun;
pub mod object;
pub mod omission;
pub mod patch;
pub mod patience;
pub mod plan;
pub mod presence;
pub mod read;
pub mod reconcile;
pub mod record;
pub mod refused;
pub mod run;

mod secret_value;
pub mod settle;
mod shared_reads;
mod shown_once;
pub mod siblings;
pub mod sightings;
pub mod slot;
mod stamp;
pub mod take_back;
pub mod told;
pub mod trail;
pub mod turns;
pub mod unreadable;
pub mod verb;
pub mod verify;
pub mod views;
pub mod write;
