namespace Platform.Grammars.Gbnf;

/// <summary>Cycles among rules, by Tarjan's strongly connected components, without recursion.</summary>
internal static class Components
{
    /// <returns>All rules, what a rule uses before it; and those that lie on a cycle.</returns>
    public static (List<string> CalleesFirst, HashSet<string> Recursive) Of(IEnumerable<string> rules, Func<string, IEnumerable<string>> next)
    {
        var (index, low) = (new Dictionary<string, int>(), new Dictionary<string, int>());
        var open = new Stack<string>();
        var isOpen = new HashSet<string>();
        var path = new Stack<(string Rule, IEnumerator<string> Next)>();
        var (order, found) = (new List<string>(), new HashSet<string>());
        foreach (var root in rules)
        {
            if (!index.ContainsKey(root))
            {
                Enter(root);
            }

            while (path.Count > 0)
            {
                var (rule, edges) = path.Peek();
                if (edges.MoveNext())
                {
                    if (edges.Current == rule)
                    {
                        found.Add(rule);
                    }

                    if (!index.TryGetValue(edges.Current, out var known))
                    {
                        Enter(edges.Current);
                    }
                    else if (isOpen.Contains(edges.Current))
                    {
                        low[rule] = Math.Min(low[rule], known);
                    }
                }
                else
                {
                    Leave(rule);
                }
            }
        }

        return (order, found);

        void Enter(string rule)
        {
            index[rule] = low[rule] = index.Count;
            open.Push(rule);
            isOpen.Add(rule);
            path.Push((rule, next(rule).Distinct().ToList().GetEnumerator()));
        }

        void Leave(string rule)
        {
            path.Pop();
            if (path.TryPeek(out var parent))
            {
                low[parent.Rule] = Math.Min(low[parent.Rule], low[rule]);
            }

            if (low[rule] != index[rule])
            {
                return;
            }

            var component = new List<string>();
            string member;
            do
            {
                member = open.Pop();
                isOpen.Remove(member);
                component.Add(member);
            }
            while (member != rule);
            order.AddRange(component);
            if (component.Count > 1)
            {
                found.UnionWith(component);
            }
        }
    }
}
