service V { async void f() }
