import { byID } from "../shared/dom";
import { Texts } from "../shared/texts";
import { App, type Word } from "./app";
import en from "./lang/en.json";
import zhCN from "./lang/zh-CN.json";

if ("serviceWorker" in navigator) void navigator.serviceWorker.register("sw.js").catch(() => undefined);
void new App(byID("app"), byID("said"), new Texts<Word>({ "zh-CN": zhCN, en })).start();
