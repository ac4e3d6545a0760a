"""Invented names, from the many places Bostonians come from."""

FIRST = """
Aaliyah Adriana Aidan Amara Ana Andre Angela Anh Antonio Asha Beatriz Benjamin Brendan Brígida
Caio Camille Carlos Catarina Chidi Claire Colm Daniela Darnell David Deirdre Denise Diego Dmitri
Duc Eileen Elena Elijah Emeka Esther Fabíola Farah Fatima Felipe Fernanda Fiona Gabriel Grace
Guerline Hana Hassan Héctor Hoa Ian Ibrahim Imani Inês Isabel Jamal James Javier Jean Jerome Jia
Joana João José Joy Julián Kareem Katarzyna Keisha Kevin Khadija Kofi Lan Latoya Laura Leila Liam
Linh Lúcia Luis Łukasz Maeve Malik Manuel Marcus Maria Marie Mário Mei Michelle Miguel Minh Mónica
Nadia Naomi Natasha Nguyệt Niamh Noah Nuno Olga Omar Patrice Patrick Paula Pedro Priya Quan Rachel
Rafael Renée Ricardo Rosa Ruth Samir Samuel Sanjay Sarah Seán Shanice Silvia Siobhán Sofía Sonia
Stanisław Tamika Tariq Teresa Thảo Thomas Tiago Tomás Tyrone Valentina Vera Víctor Wei Xiomara
Yasmin Yolanda Yusuf Zainab Zoë
""".split()

LAST = """
Abdi Adeyemi Almeida Alvarez Andrade Baptiste Barbosa Barros Begum Boateng Botelho Brennan Brooks
Cabral Callahan Carvalho Castro Chan Chen Clarke Coleman Collins Connolly Cruz Cunningham Daley
Đặng DaSilva Delgado Desrosiers Diallo Doherty Donovan Doyle Duarte Dubois Duong Edwards Estrada
Evans Farrell Fernandes Figueroa Fitzgerald Flaherty Flores Fonseca Foster Francois Freeman
García Gibbons Gomes González Grant Greene Gutiérrez Haddad Hall Harris Hassan Hernández Ho Howard
Hussein Ianelli Jackson Jean-Louis Jenkins Jiménez Johnson Joseph Kaczmarek Kelly Khan Kim Kowalska
Lam Leary Lê Lewis Lima Lopes López Mahoney Martínez McCarthy McGrath Medeiros Mendes Mensah
Monteiro Moore Morales Moreau Murphy Muñoz Nguyễn Nowak O'Brien O'Connor Okafor Oliveira Ortiz Osei
Owens Patel Perez Pham Phillips Pierre Pina Pires Powell Quinn Ramírez Ramos Reid Reyes Ribeiro
Richards Rivera Rocha Rodrigues Rogers Rosario Ruiz Ryan Saint-Fleur Sánchez Santiago Santos Silva
Singh Soares Sousa Sullivan Tavares Taylor Teixeira Thomas Thompson Torres Tran Turner Valdez Vargas
Vaz Vega Vieira Walsh Washington Watson Williams Wong Wright Xu Yang Young Zhang Żukowski
""".split()
